//! `list`: what a program loads.

use secrets_shape::wire::{Declaration, Format as SecretFormat};
use serde::Serialize;

use crate::cli::{Format, ListArgs};
use crate::failure::Failure;
use crate::keys::{keyed, objects};
use crate::output::{self, Output, Verdict, table};
use crate::program::{self, Loaded};

#[derive(Serialize)]
struct Listed<'d> {
    id: Option<&'d str>,
    r#type: &'d str,
    package: &'d str,
    version: &'d str,
    schema: Option<&'d str>,
    stage: &'d str,
    format: &'d str,
    keys: Vec<Key>,
    programs: Vec<String>,
}

#[derive(Serialize)]
struct Key {
    name: &'static str,
    required: bool,
}

pub fn run(arguments: &ListArgs, output: &Output) -> Result<Verdict, Failure> {
    let loaded = program::chosen(program::loaded(&arguments.programs, output)?, &arguments.programs)?;
    match output.format {
        Format::Json => output::json(&loaded.iter().map(listed).collect::<Vec<_>>())?,
        Format::Human => {
            let rows: Vec<_> = loaded.iter().map(row).collect();
            output::result(&table(&["ID", "TYPE", "PACKAGE", "KEYS"], &rows))?;
        }
    }
    Ok(Verdict::Holds)
}

fn row(loaded: &Loaded) -> Vec<String> {
    let Declaration { type_path, package, version, stage, .. } = loaded.declaration;
    let id = loaded.shown_id();
    let id = if *stage == "AWSCURRENT" { id.to_owned() } else { format!("{id} ({stage})") };
    let package = if package.is_empty() { "-".to_owned() } else { format!("{package} {version}") };
    vec![id, (*type_path).to_owned(), package, shown_keys(loaded.declaration)]
}

fn shown_keys(declaration: &'static Declaration<'static>) -> String {
    let optional = |key: Key| if key.required { key.name.to_owned() } else { format!("{}?", key.name) };
    let shown: Vec<String> = keys(declaration).into_iter().map(optional).collect();
    match (declaration.format, shown.is_empty()) {
        (SecretFormat::Text(_), _) => "(text)".to_owned(),
        (SecretFormat::Json, true) => "(any)".to_owned(),
        (SecretFormat::Json, false) => shown.join(", "),
    }
}

/// The keys of the secret's object; of a tagged enum, those of its variants.
fn keys(declaration: &'static Declaration<'static>) -> Vec<Key> {
    let objects = objects(&declaration.shape);
    let is_required = |name: &str| {
        let requires = |field: &secrets_shape::shape::FieldShape| {
            field.is_required() && field.keys.len() == 1 && field.keys[0] == name
        };
        objects.iter().all(|object| keyed(object).into_iter().any(requires))
    };
    let mut keys: Vec<Key> = Vec::new();
    for &name in objects.iter().flat_map(|object| keyed(object)).flat_map(|field| field.keys) {
        if keys.iter().all(|key| key.name != name) {
            keys.push(Key { name, required: is_required(name) });
        }
    }
    keys
}

fn listed(loaded: &Loaded) -> Listed<'_> {
    let Declaration { id, type_path, package, version, schema, stage, format, .. } = *loaded.declaration;
    let format = if format == SecretFormat::Json { "json" } else { "text" };
    let programs = loaded.programs.iter().map(|path| path.display().to_string()).collect();
    let keys = keys(loaded.declaration);
    Listed { id, r#type: type_path, package, version, schema, stage, format, keys, programs }
}
