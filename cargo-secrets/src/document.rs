//! A secret's text as a document.

use std::collections::{BTreeSet, HashSet};

use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::descriptor::Format;

/// The document that a text is, and where an object in it has a key twice.
pub(crate) struct Document {
    pub(crate) value: Value,
    pub(crate) doubled: Vec<Place>,
}

/// Where something stands in a document. Keys may come out of a secret: a place is shown through a schema.
pub(crate) type Place = Vec<Step>;

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

impl Document {
    /// Reads a text; `None` if it is not JSON. What is wrong with it is not told: it may be a password.
    pub(crate) fn read(text: &str, format: Format) -> Option<Self> {
        if format == Format::Text {
            return Some(Self { value: Value::String(text.to_owned()), doubled: Vec::new() });
        }
        // First as a whole: that limits how deeply the document is nested.
        let value = serde_json::from_str(text).ok()?;
        let mut doubled = Vec::new();
        find_doubled(text, &mut Vec::new(), &mut doubled);
        Some(Self { value, doubled })
    }
}

/// Collects the keys that an object has twice. What is no JSON has none.
fn find_doubled(text: &str, place: &mut Place, doubled: &mut Vec<Place>) {
    let mut descend = |step: Step, inner: &RawValue, doubled: &mut Vec<Place>| {
        place.push(step);
        find_doubled(inner.get(), place, doubled);
        place.pop();
    };
    match text.trim_start().as_bytes().first() {
        Some(b'{') => {
            let Ok(members) = serde_json::Deserializer::from_str(text).deserialize_map(Members) else { return };
            let (mut once, mut twice) = (HashSet::new(), BTreeSet::new());
            for (key, inner) in &members {
                if !once.insert(key) {
                    twice.insert(key);
                }
                descend(Step::Key(key.clone()), inner, doubled);
            }
            doubled.extend(twice.into_iter().map(|key| [place.as_slice(), &[Step::Key(key.clone())]].concat()));
        }
        Some(b'[') => {
            let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) else { return };
            for (at, item) in items.into_iter().enumerate() {
                descend(Step::Index(at), item, doubled);
            }
        }
        _ => {}
    }
}

/// The members of an object as they stand, none lost.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubled(text: &str) -> Vec<String> {
        let document = Document::read(text, Format::Json).expect("JSON");
        let step = |step: &Step| match step {
            Step::Key(key) => key.clone(),
            Step::Index(at) => at.to_string(),
        };
        document.doubled.iter().map(|place| place.iter().map(step).collect::<Vec<_>>().join(".")).collect()
    }

    #[test]
    fn a_key_twice_is_found_however_it_is_spelled_and_wherever_it_stands() {
        assert_eq!(doubled(r#"{"a": 1, "b": [1, {}], "c": "{\"d\":1,\"d\":2}"}"#), Vec::<String>::new());
        assert_eq!(doubled(r#"{"a": 1, "\u0061": 2, "a": 3}"#), ["a"]);
        assert_eq!(doubled(r#" [0, {"b": {"c": 1, "c": 2}}]"#), ["1.b.c"]);
    }

    #[test]
    fn a_text_that_is_no_json_is_a_document_only_if_it_is_declared_as_text() {
        assert!(Document::read("hunter2", Format::Json).is_none());
        assert!(Document::read(&"[".repeat(100_000), Format::Json).is_none());
        assert_eq!(Document::read("{", Format::Text).expect("a text").value, Value::String("{".to_owned()));
    }
}
