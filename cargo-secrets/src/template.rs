//! Prints a skeleton of a secret. A placeholder is a list that holds a sentence; no declared type accepts one.

use secrets_runtime::__tools::check;
use secrets_shape::rule::{Rule, rules_of_items};
use secrets_shape::shape::{FieldShape, ObjectShape, Shape, Telling, VariantsShape};
use secrets_shape::wire::Declaration;
use serde_json::{Map, Value, json};

use crate::keys::{keyed, unwrapped};

/// A document with every declared key. It never validates.
pub fn skeleton(declaration: &'static Declaration<'static>) -> Value {
    let skeleton = of(&declaration.shape, &[], "");
    // A type that accepts anything only refuses values that are not objects.
    if check(&skeleton.to_string(), declaration).is_err() { skeleton } else { json!([skeleton]) }
}

fn of(shape: &'static Shape, rules: &'static [Rule], what_else: &str) -> Value {
    match shape {
        Shape::Optional(inner) => of(inner, rules, what_else),
        Shape::Newtype(field) => of(&field.shape, field.rules, what_else),
        Shape::Object(shape) => object(shape),
        Shape::Variants(VariantsShape { telling, names, contents, .. }) => {
            let content = contents.iter().zip(*names).find_map(|(content, name)| Some((content.as_ref()?, name)));
            match (telling, content) {
                (Telling::Name, Some((content, name))) => json!({*name: of(content, &[], "")}),
                (Telling::Content, Some((content, _))) => of(content, &[], what_else),
                (_, None) => json!([format!("fill in{what_else}: {}", shape.expected(rules))]),
            }
        }
        Shape::Tagged(tagged) => tagged.variants.first().map_or(Value::Null, object),
        Shape::Map { item, .. } => json!({"<key>": of(item, rules_of_items(rules), "")}),
        Shape::Array(item) | Shape::Set(item) => json!([of(item, rules_of_items(rules), what_else)]),
        Shape::Tuple(items) => items.iter().map(|item| of(item, rules_of_items(rules), what_else)).collect(),
        shape => json!([format!("fill in{what_else}: {}", shape.expected(rules))]),
    }
}

fn object(shape: &'static ObjectShape) -> Value {
    let mut members = Map::new();
    for field in keyed(shape) {
        let what_else = if field.is_required() { "" } else { ", or leave out" };
        members.insert(field.keys[0].to_owned(), of(&field.shape, field.rules, what_else));
    }
    if let Some(FieldShape { shape, rules, .. }) = shape.rest() {
        members.insert("<key>".to_owned(), of(unwrapped(shape).item(), rules_of_items(rules), ""));
    }
    Value::Object(members)
}

/// The skeleton as text, with one placeholder per line.
pub fn text(skeleton: &Value, indent: usize) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_skeleton_is_accepted_as_it_is() {
        for subject in secrets_tests::shapes::subjects() {
            let skeleton = skeleton((subject.declaration)());
            let text = text(&skeleton, 0);
            assert_eq!(serde_json::from_str::<Value>(&text).expect("a skeleton is JSON"), skeleton);
            let schema: Value = serde_json::from_str(&(subject.schema)()).expect("JSON");
            assert!(!jsonschema::draft202012::is_valid(&schema, &skeleton), "{}: {text}", subject.name);
            assert!((subject.decode)(&text).is_err(), "{}: {text}", subject.name);
        }
    }

    #[test]
    fn a_skeleton_has_every_key_once_and_says_what_belongs_there() {
        let skeleton_of = |name: &str| {
            let subjects = secrets_tests::shapes::subjects();
            let subject = subjects.iter().find(|subject| subject.name == name).expect("a type");
            text(&skeleton((subject.declaration)()), 0)
        };
        assert_eq!(
            skeleton_of("Aliases"),
            r#"{
  "username": ["fill in: a string"],
  "a": ["fill in, or leave out: an integer from 0 to 255"],
  "host": ["fill in, or leave out: a string"]
}"#
        );
        assert_eq!(
            skeleton_of("FlattenedMap"),
            r#"{
  "host": ["fill in: a string"],
  "<key>": ["fill in: an integer from 0 to 10"]
}"#
        );
        assert_eq!(skeleton_of("Nothing"), "[\n  {}\n]");
    }
}
