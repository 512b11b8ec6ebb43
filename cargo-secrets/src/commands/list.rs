//! `list`: what a program declares.

use serde::Serialize;

use crate::cli::{Format, ListArgs};
use crate::descriptor::{self, Descriptor};
use crate::failure::Failure;
use crate::output::{self, Output, Verdict, table};
use crate::program::{self, Declaration};
use crate::words;

#[derive(Serialize)]
struct Listed<'d> {
    #[serde(flatten)]
    declared: Declared<'d>,
    keys: Vec<Key<'d>>,
    programs: Vec<String>,
}

#[derive(Serialize)]
struct Declared<'d> {
    id: &'d str,
    r#type: &'d str,
    package: &'d str,
    version: &'d str,
    schema: Option<&'d str>,
    stage: &'d str,
    format: descriptor::Format,
}

#[derive(Serialize)]
struct Key<'d> {
    name: &'d str,
    required: bool,
}

pub(super) fn run(arguments: &ListArgs, output: &Output) -> Result<Verdict, Failure> {
    let declarations = program::declarations(&arguments.programs, output)?;
    match output.format {
        Format::Json => output::json(&declarations.iter().map(listed).collect::<Vec<_>>())?,
        Format::Human => {
            let rows: Vec<_> = declarations.iter().map(row).collect();
            output::result(&table(&["ID", "TYPE", "PACKAGE", "KEYS"], &rows))?;
        }
    }
    Ok(Verdict::Holds)
}

fn row(declaration: &Declaration) -> Vec<String> {
    let Descriptor { id, type_path, package, version, stage, .. } = &declaration.descriptor;
    let id = if stage == "AWSCURRENT" { id.clone() } else { format!("{id} ({stage})") };
    vec![id, type_path.clone(), format!("{package} {version}"), shown_keys(&declaration.descriptor)]
}

fn shown_keys(descriptor: &Descriptor) -> String {
    let optional = |key: Key<'_>| if key.required { key.name.to_owned() } else { format!("{}?", key.name) };
    let shown: Vec<String> = keys(descriptor).into_iter().map(optional).collect();
    match (descriptor.format, shown.is_empty()) {
        (descriptor::Format::Text, _) => "(text)".to_owned(),
        (_, true) => "(any)".to_owned(),
        _ => shown.join(", "),
    }
}

/// The keys of the secret's object; of a tagged enum, those of its variants.
fn keys(descriptor: &Descriptor) -> Vec<Key<'_>> {
    let schema = &descriptor.json_schema;
    let variants: Vec<_> = schema["oneOf"].as_array().into_iter().flatten().collect();
    let objects = if variants.is_empty() { vec![schema] } else { variants };
    let is_required = |key: &str| {
        let requires = |object: &&serde_json::Value| {
            object["required"].as_array().is_some_and(|required| required.iter().any(|name| name == key))
        };
        objects.iter().all(requires)
    };
    let mut keys: Vec<Key<'_>> = Vec::new();
    for (name, _) in objects.iter().flat_map(|object| words::properties(object)) {
        if keys.iter().all(|key| key.name != name) {
            keys.push(Key { name, required: is_required(name) });
        }
    }
    keys
}

fn listed(declaration: &Declaration) -> Listed<'_> {
    let Descriptor { id, type_path, package, version, schema, stage, format, json_schema: _ } = &declaration.descriptor;
    let declared =
        Declared { id, r#type: type_path, package, version, schema: schema.as_deref(), stage, format: *format };
    let programs = declaration.programs.iter().map(|path| path.display().to_string()).collect();
    Listed { declared, keys: keys(&declaration.descriptor), programs }
}
