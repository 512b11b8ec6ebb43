//! `schema` and `template`: what a type accepts, as a schema and as a skeleton.

use serde_json::{Value, json};

use crate::cli::{Format, ListArgs};
use crate::descriptor::{self, Descriptor};
use crate::failure::Failure;
use crate::output::{self, Output, Verdict};
use crate::program::{self, Declaration};
use crate::template;
use crate::words;

pub(super) fn schema(arguments: &ListArgs, output: &Output) -> Result<Verdict, Failure> {
    let declarations = program::declarations(&arguments.programs, output)?;
    show(
        &declarations,
        "schema",
        |descriptor| Ok(descriptor.json_schema.clone()),
        |schema| format!("{schema:#}"),
        output,
    )
}

pub(super) fn template(arguments: &ListArgs, output: &Output) -> Result<Verdict, Failure> {
    let mut declarations = program::declarations(&arguments.programs, output)?;
    declarations.retain(|declaration| has_skeleton(&declaration.descriptor));
    show(
        &declarations,
        "template",
        |descriptor| template::skeleton(&descriptor.json_schema),
        |skeleton| template::text(skeleton, 0),
        output,
    )
}

/// A plain text has none, which is said.
fn has_skeleton(descriptor: &Descriptor) -> bool {
    let is_json = descriptor.format == descriptor::Format::Json;
    if !is_json {
        let expected = words::expected(&descriptor.json_schema);
        output::note(format_args!("{} is plain text, which has no skeleton: {expected}", descriptor.type_path));
    }
    is_json
}

/// One document as it is, so that it can be redirected into a file; several under headings.
fn show(
    declarations: &[Declaration],
    what: &str,
    document: impl Fn(&Descriptor) -> Result<Value, Failure>,
    text: impl Fn(&Value) -> String,
    output: &Output,
) -> Result<Verdict, Failure> {
    let documents: Result<Vec<Value>, Failure> =
        declarations.iter().map(|declaration| document(&declaration.descriptor)).collect();
    let shown = declarations.iter().map(|declaration| &declaration.descriptor).zip(documents?);
    if output.format == Format::Json {
        let all: Vec<Value> = shown
            .map(|(Descriptor { id, type_path, .. }, document)| json!({"id": id, "type": type_path, (what): document}))
            .collect();
        output::json(&all)?;
        return Ok(Verdict::Holds);
    }
    for (Descriptor { id, type_path, .. }, document) in shown {
        if declarations.len() > 1 {
            output::result(&format!("// {type_path}, {id}\n"))?;
        }
        output::result(&format!("{}\n", text(&document)))?;
    }
    Ok(Verdict::Holds)
}
