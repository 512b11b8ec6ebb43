//! `schema` and `template`: what a type accepts, as a schema and as a skeleton.

use secrets_runtime::__tools::json_schema;
use secrets_shape::wire::{Declaration, Format as SecretFormat};
use serde_json::{Value, json};

use crate::cli::{Format, ListArgs};
use crate::failure::Failure;
use crate::output::{self, Output, Verdict};
use crate::program::{self, Loaded};
use crate::template;

pub fn schema(arguments: &ListArgs, output: &Output) -> Result<Verdict, Failure> {
    let loaded = program::chosen(program::loaded(&arguments.programs, output)?, &arguments.programs)?;
    let schema = |declaration: &'static Declaration<'static>| {
        serde_json::from_str(&json_schema(declaration)).unwrap_or_default()
    };
    show(&loaded, "schema", schema, |schema| format!("{schema:#}"), output)
}

pub fn template(arguments: &ListArgs, output: &Output) -> Result<Verdict, Failure> {
    let mut loaded = program::chosen(program::loaded(&arguments.programs, output)?, &arguments.programs)?;
    loaded.retain(|loaded| has_skeleton(loaded.declaration));
    show(&loaded, "template", template::skeleton, |skeleton| template::text(skeleton, 0), output)
}

/// A plain text has none, which is said.
fn has_skeleton(declaration: &Declaration<'_>) -> bool {
    let is_json = declaration.format == SecretFormat::Json;
    if !is_json {
        let expected = declaration.shape.expected(&[]);
        output::note(format_args!("{} is plain text, which has no skeleton: {expected}", declaration.type_path));
    }
    is_json
}

/// One document as it is, so that it can be redirected into a file; several under headings.
fn show(
    loaded: &[Loaded],
    what: &str,
    document: impl Fn(&'static Declaration<'static>) -> Value,
    text: impl Fn(&Value) -> String,
    output: &Output,
) -> Result<Verdict, Failure> {
    let documents = loaded.iter().map(|loaded| (loaded, document(loaded.declaration)));
    if output.format == Format::Json {
        let one = |(loaded, document): (&Loaded, Value)| {
            let Declaration { id, type_path, .. } = loaded.declaration;
            json!({"id": id, "type": type_path, (what): document})
        };
        output::json(&documents.map(one).collect::<Vec<_>>())?;
        return Ok(Verdict::Holds);
    }
    for (shown, document) in documents {
        if loaded.len() > 1 {
            output::result(&format!("// {}, {}\n", shown.declaration.type_path, shown.shown_id()))?;
        }
        output::result(&format!("{}\n", text(&document)))?;
    }
    Ok(Verdict::Holds)
}
