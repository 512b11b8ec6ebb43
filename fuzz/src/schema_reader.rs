//! The compile-time check of schema files, at run time: what is JSON, against another reader, and what is said of a type.

use secrets_runtime::__private::problems;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::decode::declarations::{Coded, Database, Flat, Login, Nested, Scalars};

#[allow(dead_code, unreachable_pub, reason = "the runtime uses all of it")]
#[path = "../../secrets-runtime/src/schema/reader.rs"]
mod reader;

/// In bytes: a longer text tells nothing new.
const LONGEST: usize = 1 << 13;
/// The reader's own limit.
const DEEPEST: usize = 64;
/// How many references are followed: each may lead back to where it stands, six times over.
const REFERENCES: usize = 3;

/// Reads a schema file, and compares it with types of all sorts.
///
/// # Panics
/// Something else is taken for JSON than elsewhere, the table is no picture of the text, or a comparison panics.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.len() > LONGEST || text.matches("ref").count() + text.matches("\\u").count() > REFERENCES {
        return;
    }
    let mut nodes = vec![reader::Node::NOTHING; reader::capacity(text)];
    let error = reader::read(text, &mut nodes);
    match (serde_json::from_str::<Value>(text), error) {
        (Ok(value), None) => {
            let end = picture(text, &nodes, 0, &value);
            // Which of two members of one name counts is not said.
            if end > values_in(&value) {
                return;
            }
        }
        (value, None) => assert!(serde_json::from_str::<IgnoredAny>(text).is_ok(), "not JSON, and read: {value:?}"),
        (value, Some(error)) => {
            assert!(error.at <= text.len(), "beyond the end");
            assert!(value.is_err() || is_deep(text), "JSON, and refused at {}: {}", error.at, error.expected);
        }
    }
    for said in [
        problems::<Login>(text),
        problems::<Nested>(text),
        problems::<Database>(text),
        problems::<Flat>(text),
        problems::<Coded>(text),
        problems::<Scalars>(text),
    ] {
        assert!(said.iter().all(|message| !message.is_empty() && message.contains("file.json")), "{said:?}");
    }
}

/// Compares a value of the table with another reader's; where the next one begins.
fn picture(text: &str, nodes: &[reader::Node], at: usize, value: &Value) -> usize {
    let written = |span: reader::Span| &text[span.start as usize..span.end as usize];
    let reader::Node { kind, next: end, text: own, .. } = nodes[at];
    let (own, end) = (written(own), end as usize);
    let mut next = at + 1;
    match value {
        Value::Object(entries) => {
            assert_eq!(kind, reader::Kind::Object);
            while next < end {
                let key = written(nodes[next].key);
                let key: String = serde_json::from_str(&format!("\"{key}\"")).expect("a key");
                assert!(entries.contains_key(&key), "a key of another's");
                next = nodes[next].next as usize;
            }
        }
        Value::Array(items) => {
            assert_eq!(kind, reader::Kind::Array);
            for item in items {
                next = picture(text, nodes, next, item);
            }
        }
        Value::String(string) => {
            assert_eq!(kind, reader::Kind::String);
            assert_eq!(serde_json::from_str::<String>(&format!("\"{own}\"")).ok().as_ref(), Some(string));
        }
        Value::Number(_) => assert_eq!((kind, own.parse::<f64>().is_ok()), (reader::Kind::Number, true)),
        Value::Bool(true) => assert_eq!((kind, own), (reader::Kind::True, "true")),
        Value::Bool(false) => assert_eq!((kind, own), (reader::Kind::False, "false")),
        Value::Null => assert_eq!((kind, own), (reader::Kind::Null, "null")),
    }
    assert_eq!(next, end, "where the value ends");
    next
}

fn values_in(value: &Value) -> usize {
    1 + match value {
        Value::Object(entries) => entries.values().map(values_in).sum(),
        Value::Array(items) => items.iter().map(values_in).sum(),
        _ => 0,
    }
}

/// Whether there may be more brackets inside one another than the reader follows.
fn is_deep(text: &str) -> bool {
    text.matches(['{', '[']).count() > DEEPEST
}
