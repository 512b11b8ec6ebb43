//! A skeleton of a secret. What has to be filled in is a list with a sentence in it, which nothing that is declared accepts.

use serde_json::{Map, Value, json};

use crate::document::Document;
use crate::failure::Failure;
use crate::judge::Judge;
use crate::words;

/// A document with every declared key. It is not valid.
pub(crate) fn skeleton(schema: &Value) -> Result<Value, Failure> {
    let skeleton = of(schema, "");
    let judge = Judge::new(schema)?;
    let document = Document { value: skeleton, doubled: Vec::new() };
    let is_refused = !judge.violations(&document).is_empty();
    // Where a type accepts anything, only what is no object is refused.
    Ok(if is_refused { document.value } else { json!([document.value]) })
}

fn of(schema: &Value, what_else: &str) -> Value {
    let branches = schema.as_object().and_then(words::branches).map(Vec::as_slice).unwrap_or_default();
    if let Some(inner) = branches.iter().find(|branch| is_structure(branch)) {
        return of(inner, what_else);
    }
    match schema["type"].as_str() {
        Some("object") => object(schema),
        Some("array") if schema["items"].is_object() => json!([of(&schema["items"], what_else)]),
        _ => json!([format!("fill in{what_else}: {}", words::expected(schema))]),
    }
}

fn is_structure(schema: &Value) -> bool {
    let inner = schema.as_object().and_then(words::branches).map(Vec::as_slice).unwrap_or_default();
    matches!(schema["type"].as_str(), Some("object" | "array")) || inner.iter().any(is_structure)
}

fn object(schema: &Value) -> Value {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let alternatives = crate::judge::spellings_of(schema);
    let mut members = Map::new();
    for (key, value) in words::properties(schema) {
        let other = alternatives.iter().find(|keys| keys.contains(key));
        if other.is_some_and(|keys| keys.first() != Some(key)) {
            continue;
        }
        let may_be_absent = !required.contains(&key.as_str()) && other.is_none();
        members.insert(key.clone(), of(value, if may_be_absent { ", or leave out" } else { "" }));
    }
    if schema["additionalProperties"].is_object() {
        members.insert("<key>".to_owned(), of(&schema["additionalProperties"], ""));
    }
    Value::Object(members)
}
