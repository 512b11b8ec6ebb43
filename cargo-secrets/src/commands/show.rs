//! `schema` and `template`: print what a type accepts, as a JSON Schema or a skeleton.

use secrets_runtime::__tools::json_schema;
use secrets_shape::id::Arn;
use secrets_shape::wire::{Declaration, Format as SecretFormat};
use serde_json::{Map, Value, json};

use crate::cli::ListArgs;
use crate::failure::Failure;
use crate::output::{Output, Verdict};
use crate::program::{self, Loaded};
use crate::template;

pub fn schema(arguments: &ListArgs, output: &Output) -> Result<Verdict, Failure> {
    let loaded = program::chosen(program::loaded(&arguments.programs, output)?, &arguments.programs)?;
    let schema = |declaration: &'static Declaration<'static>| {
        serde_json::from_str(&json_schema(declaration)).unwrap_or_default()
    };
    let path = |loaded: &Loaded| loaded.declaration.type_path.to_owned();
    show(&loaded, "schema", schema, |schema| format!("{schema:#}"), path, output)
}

pub fn template(arguments: &ListArgs, output: &Output) -> Result<Verdict, Failure> {
    let mut loaded = program::chosen(program::loaded(&arguments.programs, output)?, &arguments.programs)?;
    loaded.retain(|loaded| has_skeleton(loaded.declaration, output));
    let id = |loaded: &Loaded| loaded.declaration.id.unwrap_or(loaded.declaration.type_path).to_owned();
    show(&loaded, "template", template::skeleton, |skeleton| template::text(skeleton, 0), id, output)
}

/// Plain text has no skeleton; notes that.
fn has_skeleton(declaration: &Declaration<'_>, output: &Output) -> bool {
    let is_json = declaration.format == SecretFormat::Json;
    if !is_json {
        let expected = declaration.shape.expected(&[]);
        output.note(format_args!("{} is plain text, which has no skeleton: {expected}", declaration.type_path));
    }
    is_json
}

/// Prints a single document, to be redirected into a file: of the only type, or an object with one member per type.
fn show(
    loaded: &[Loaded],
    what: &str,
    document: impl Fn(&'static Declaration<'static>) -> Value,
    text: impl Fn(&Value) -> String,
    name: impl Fn(&Loaded) -> String,
    output: &Output,
) -> Result<Verdict, Failure> {
    let human = || match loaded {
        [only] => format!("{}\n", text(&document(only.declaration))),
        several => {
            let mut documents = Map::new();
            for loaded in several {
                // Types that read the same secret are keyed by their paths.
                let name = Some(name(loaded)).filter(|name| !documents.contains_key(name));
                let name = name.unwrap_or_else(|| format!("{} ({})", self::name(loaded), documents.len()));
                documents.insert(name, document(loaded.declaration));
            }
            format!("{}\n", text(&Value::Object(documents)))
        }
    };
    let json = |loaded: &Loaded| {
        let Declaration { id, type_path, stage, .. } = loaded.declaration;
        let region = id.and_then(Arn::parse).map(|arn| arn.region);
        json!({
            "id": id, "declared_id": Value::Null, "version": stage, "region": region, "type": type_path,
            (what): document(loaded.declaration),
        })
    };
    output.results(human, || loaded.iter().map(json).collect())?;
    Ok(Verdict::Holds)
}

fn name(loaded: &Loaded) -> &'static str {
    loaded.declaration.type_path
}
