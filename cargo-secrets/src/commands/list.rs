//! `list`: what a program loads.

use secrets_shape::id::Arn;
use secrets_shape::wire::{Declaration, Format as SecretFormat};
use serde_json::{Value, json};

use crate::cli::ListArgs;
use crate::failure::Failure;
use crate::keys::{keyed, objects};
use crate::output::{Output, Verdict, table};
use crate::program::{self, Loaded};

struct Key {
    name: &'static str,
    required: bool,
}

pub fn run(arguments: &ListArgs, output: &Output) -> Result<Verdict, Failure> {
    let loaded = program::chosen(program::loaded(&arguments.programs, output)?, &arguments.programs)?;
    let rows = || loaded.iter().map(row).collect::<Vec<_>>();
    let human = || table(&["ID", "TYPE", "PACKAGE", "KEYS"], &rows());
    output.results(human, || loaded.iter().map(json).collect())?;
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

/// The keys of the secret's object, or for a tagged enum those of all variants.
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

fn json(loaded: &Loaded) -> Value {
    let Declaration { id, type_path, package, version, schema, stage, format, .. } = *loaded.declaration;
    let keys =
        keys(loaded.declaration).into_iter().map(|Key { name, required }| json!({"name": name, "required": required}));
    json!({
        "id": id, "declared_id": Value::Null, "version": stage, "region": id.and_then(Arn::parse).map(|arn| arn.region),
        "type": type_path, "package": package, "package_version": version, "schema": schema,
        "format": if format == SecretFormat::Json { "json" } else { "text" },
        "keys": keys.collect::<Vec<_>>(), "programs": loaded.programs,
    })
}
