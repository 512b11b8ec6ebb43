//! The compile-time check of schema files, at run time: what is JSON, against another reader, and what is said of a type.

use secrets_runtime::__private::problems;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::decode::declarations::{Coded, Database, Flat, Login, Nested, Scalars};

#[allow(dead_code, unreachable_pub, reason = "the runtime uses all of it")]
#[path = "../../secrets-runtime/src/schema/reader.rs"]
mod reader;

/// More places than `problems` takes, less than a stack.
const PLACES: usize = 8_000;
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
    if reader::capacity(text) > PLACES || text.matches("ref").count() + text.matches("\\u").count() > REFERENCES {
        return;
    }
    let table = reader::Table::<PLACES>::read(text);
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    match table.nodes() {
        Ok(nodes) => {
            assert!(is_json, "not JSON, and read");
            if let Ok(value) = serde_json::from_str::<Value>(text) {
                let end = picture(text, nodes, 0, &value);
                assert!(end <= reader::capacity(text), "more than there is room for");
            }
        }
        Err(error) => {
            assert!(error.at <= text.len(), "beyond the end");
            assert!(!is_json || is_deep(text), "JSON, and refused at {}: {}", error.at, error.expected);
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
fn picture(text: &str, nodes: &[u32], at: usize, value: &Value) -> usize {
    let place = |at: usize| nodes[at] as usize;
    let kind = reader::Kind::of(nodes[at + reader::KIND]);
    let written = &text[place(at + reader::START)..place(at + reader::END)];
    let end = place(at + reader::NEXT);
    let mut next = at + reader::SIZE;
    match value {
        Value::Object(entries) => {
            assert_eq!(kind, reader::Kind::Object);
            while next < end {
                let key = &text[place(next + reader::KEY_START)..place(next + reader::KEY_END)];
                let key: String = serde_json::from_str(&format!("\"{key}\"")).expect("a key");
                assert!(entries.contains_key(&key), "a key of another's");
                next = place(next + reader::NEXT);
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
            assert_eq!(serde_json::from_str::<String>(&format!("\"{written}\"")).ok().as_ref(), Some(string));
        }
        Value::Number(_) => assert_eq!((kind, written.parse::<f64>().is_ok()), (reader::Kind::Number, true)),
        Value::Bool(true) => assert_eq!((kind, written), (reader::Kind::True, "true")),
        Value::Bool(false) => assert_eq!((kind, written), (reader::Kind::False, "false")),
        Value::Null => assert_eq!((kind, written), (reader::Kind::Null, "null")),
    }
    assert_eq!(next, end, "where the value ends");
    next
}

/// Whether there may be more brackets inside one another than the reader follows.
fn is_deep(text: &str) -> bool {
    text.matches(['{', '[']).count() > DEEPEST
}
