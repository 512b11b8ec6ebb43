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

/// Whether a key that has several spellings may be absent in all of them: then one of the alternatives is that none is there.
fn may_be_absent(schema: &Value, key: &str) -> bool {
    let alternatives = schema["allOf"].as_array().into_iter().flatten().filter_map(|part| part["oneOf"].as_array());
    let is_none = |alternative: &Value| {
        let none = alternative["not"]["anyOf"].as_array();
        none.is_some_and(|spellings| spellings.iter().any(|spelling| spelling["required"][0] == key))
    };
    alternatives.flatten().any(is_none)
}

/// A skeleton as text: each line has one thing to fill in.
pub(crate) fn text(skeleton: &Value, indent: usize) -> String {
    let (outer, inner) = (" ".repeat(indent), " ".repeat(indent + 2));
    let lines: Vec<String> = match skeleton {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), text(value, indent + 2)))
            .collect(),
        Value::Array(items) if !items.iter().all(Value::is_string) => {
            items.iter().map(|item| text(item, indent + 2)).collect()
        }
        other => return other.to_string(),
    };
    let (open, close) = if skeleton.is_object() { ('{', '}') } else { ('[', ']') };
    if lines.is_empty() {
        return format!("{open}{close}");
    }
    format!("{open}\n{inner}{}\n{outer}{close}", lines.join(&format!(",\n{inner}")))
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
        let may_be_absent = !required.contains(&key.as_str()) && (other.is_none() || may_be_absent(schema, key));
        members.insert(key.clone(), of(value, if may_be_absent { ", or leave out" } else { "" }));
    }
    if schema["additionalProperties"].is_object() {
        members.insert("<key>".to_owned(), of(&schema["additionalProperties"], ""));
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skeleton_has_every_key_once_and_says_what_belongs_there() {
        let schema = json!({
            "type": "object",
            "properties": {
                "user": {"type": "string"},
                "login": {"type": "string"},
                "port": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]},
                "hosts": {"type": "array", "items": {"type": "string"}},
                "tenants": {"type": "object", "additionalProperties": {"type": "object", "properties": {}}},
            },
            "required": ["hosts", "tenants"],
            "allOf": [true, {"oneOf": [{"required": ["user"]}, {"required": ["login"]}]}],
        });
        let skeleton = skeleton(&schema).expect("a skeleton");
        assert_eq!(
            text(&skeleton, 0),
            r#"{
  "user": ["fill in: a string"],
  "port": ["fill in, or leave out: an integer of at least 1"],
  "hosts": [
    ["fill in: a string"]
  ],
  "tenants": {
    "<key>": {}
  }
}"#
        );
    }

    #[test]
    fn what_accepts_any_object_refuses_its_skeleton() {
        assert_eq!(skeleton(&json!({"type": "object", "properties": {}})).expect("a skeleton"), json!([{}]));
        let any = json!({"type": "object", "properties": {"a": {}}, "required": ["a"]});
        assert_eq!(skeleton(&any).expect("a skeleton"), json!([{"a": ["fill in: another value"]}]));
    }

    #[test]
    fn no_skeleton_is_accepted_as_it_is() {
        for subject in secrets_tests::shapes::subjects() {
            let schema: Value = serde_json::from_str(&(subject.schema)()).expect("JSON");
            let text = text(&skeleton(&schema).expect("a skeleton"), 0);
            let value: Value = serde_json::from_str(&text).expect("a skeleton is JSON");
            assert!(!jsonschema::draft202012::is_valid(&schema, &value), "{}: {text}", subject.name);
            assert!((subject.decode)(&text).is_err(), "{}: {text}", subject.name);
        }
    }
}
