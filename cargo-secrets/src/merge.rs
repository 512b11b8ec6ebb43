//! Updates a schema file: keys and kinds from the live secret, everything else unchanged.
//!
//! Keeps what people may have written on purpose: descriptions, limits, other kinds beside the live one, keys taken out of
//! `required`. Keeps schemas with `$ref`, `anyOf` and the like as a whole.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::kinds::{Kinds, Object, type_of};

/// A difference between the live secret and the checked-in schema.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    path: String,
    #[serde(rename = "change")]
    what: What,
    /// What the live secret has.
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<String>,
    /// What the schema file has.
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum What {
    New,
    Gone,
    Optional,
    Kind,
    Map,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, what, is, was } = self;
        let (is, was) = (is.as_deref().unwrap_or_default(), was.as_deref().unwrap_or_default());
        let path = if path.is_empty() { "the secret" } else { path };
        match what {
            What::New => write!(f, "{path}: new, {is}"),
            What::Gone => write!(f, "{path}: gone"),
            What::Optional => write!(f, "{path}: not always there any more"),
            What::Kind => write!(f, "{path}: was {was}, is {is}"),
            What::Map => write!(f, "{path}: a map, whose keys are not written any more"),
        }
    }
}

/// Creates a schema file.
pub fn fresh(title: &str, kinds: &Kinds) -> Value {
    let mut schema = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title});
    Merge::default().schema(&mut schema, kinds, "");
    schema
}

/// Updates a schema and returns the differences.
pub fn update(schema: &mut Value, kinds: &Kinds) -> Vec<Change> {
    let mut merge = Merge { changes: Vec::new(), is_told: true };
    merge.schema(schema, kinds, "");
    merge.changes
}

#[derive(Default)]
struct Merge {
    changes: Vec<Change>,
    /// Off inside a new or changed part, which is reported once as a whole.
    is_told: bool,
}

/// Keywords that say more than keys and kinds. A schema that has one is left unchanged.
const OF_PEOPLE: [&str; 12] = [
    "$ref",
    "$dynamicRef",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "if",
    "enum",
    "const",
    "dependentSchemas",
    "patternProperties",
    "prefixItems",
];

impl Merge {
    fn tell(&mut self, path: &str, what: What, is: Option<String>, was: Option<String>) {
        if self.is_told {
            self.changes.push(Change { path: path.to_owned(), what, is, was });
        }
    }

    /// Runs `does`, reporting its changes only if `is_told`.
    fn telling(&mut self, is_told: bool, does: impl FnOnce(&mut Self)) {
        let before = self.is_told;
        self.is_told = before && is_told;
        does(self);
        self.is_told = before;
    }

    fn schema(&mut self, schema: &mut Value, kinds: &Kinds, path: &str) {
        let Some(schema) = schema.as_object_mut() else { return };
        if kinds.names().is_empty() || OF_PEOPLE.iter().any(|keyword| schema.contains_key(*keyword)) {
            return;
        }
        let is_same = self.kind(schema, kinds, path);
        self.telling(is_same, |merge| merge.inside(schema, kinds, path));
    }

    fn inside(&mut self, schema: &mut Map<String, Value>, kinds: &Kinds, path: &str) {
        if let Some(object) = &kinds.object {
            self.object(schema, object, path);
        }
        if let Some(items) = kinds.items.as_deref().filter(|items| !items.names().is_empty()) {
            let is_known = schema.contains_key("items");
            let inner = schema.entry("items").or_insert_with(|| json!({}));
            self.telling(is_known, |merge| merge.schema(inner, items, &format!("{path}[]")));
        }
    }

    /// Updates `type`; returns whether it already was correct.
    fn kind(&mut self, schema: &mut Map<String, Value>, kinds: &Kinds, path: &str) -> bool {
        let live = kinds.names();
        let checked_in = schema.get("type").map(names).unwrap_or_default();
        let is_known =
            |name: &&str| checked_in.contains(name) || (*name == "integer" && checked_in.contains(&"number"));
        if live.iter().all(is_known) {
            return true;
        }
        let checked_in_is_empty = checked_in.is_empty();
        if !checked_in_is_empty {
            self.tell(path, What::Kind, Some(kinds.words()), Some(words(&checked_in)));
        }
        schema.insert("type".to_owned(), type_of(&live));
        let of_others = [
            ("object", ["properties", "required", "additionalProperties"].as_slice()),
            ("array", ["items"].as_slice()),
        ];
        for (_, keywords) in of_others.iter().filter(|(kind, _)| !live.contains(kind)) {
            keywords.iter().for_each(|keyword| drop(schema.shift_remove(*keyword)));
        }
        checked_in_is_empty
    }

    fn object(&mut self, schema: &mut Map<String, Value>, object: &Object, path: &str) {
        let has_schema_of_rest = schema.get("additionalProperties").is_some_and(Value::is_object);
        let is_map = object.rest.is_some() && object.keys.is_empty();
        if is_map || (has_schema_of_rest && !schema.contains_key("properties")) {
            return self.map(schema, &object.undeclared(|_| false), path);
        }
        let rest_is_data = has_schema_of_rest || object.rest.is_some();
        self.keys(schema, object, path, has_schema_of_rest);
        if rest_is_data {
            // Keys that are not in `properties` at this point are data.
            let rest = object.undeclared(|key| has_property(schema, key));
            let inner = schema.entry("additionalProperties").or_insert_with(|| json!({}));
            self.schema(inner, &rest, &below(path, "*"));
        }
    }

    /// Updates an object whose keys are data.
    fn map(&mut self, schema: &mut Map<String, Value>, values: &Kinds, path: &str) {
        if schema.shift_remove("properties").is_some() {
            self.tell(path, What::Map, None, None);
        }
        schema.shift_remove("required");
        let is_known = schema.get("additionalProperties").is_some_and(Value::is_object);
        if !is_known {
            schema.insert("additionalProperties".to_owned(), json!({}));
        }
        if let Some(inner) = schema.get_mut("additionalProperties") {
            self.telling(is_known, |merge| merge.schema(inner, values, &below(path, "*")));
        }
    }

    fn keys(&mut self, schema: &mut Map<String, Value>, object: &Object, path: &str, rest_is_data: bool) {
        let optional = optional(schema);
        let mut required =
            schema.get("required").map(names).unwrap_or_default().iter().map(|&name| name.to_owned()).collect();
        self.gone(schema, object, path, &mut required);
        for key in &object.keys {
            if rest_is_data && !has_property(schema, &key.name) {
                continue;
            }
            let place = below(path, &key.name);
            let is_new = !has_property(schema, &key.name);
            if is_new {
                self.tell(&place, What::New, Some(key.kinds.words()), None);
            }
            let properties = schema.entry("properties").or_insert_with(|| json!({}));
            if let Some(properties) = properties.as_object_mut() {
                let inner = properties.entry(&key.name).or_insert_with(|| json!({}));
                self.telling(!is_new, |merge| merge.schema(inner, &key.kinds, &place));
            }
            let is_required = object.is_always_there(key) && !optional.contains(&key.name);
            self.require(&mut required, &key.name, is_required, &place);
        }
        schema.entry("properties").or_insert_with(|| json!({}));
        schema.insert("required".to_owned(), json!(required));
    }

    /// Removes required keys that no object has any more.
    fn gone(&mut self, schema: &mut Map<String, Value>, object: &Object, path: &str, required: &mut Vec<String>) {
        required.retain(|name| {
            let is_there = object.keys.iter().any(|key| key.name == *name);
            if !is_there {
                self.tell(&below(path, name), What::Gone, None, None);
                if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
                    properties.shift_remove(name);
                }
            }
            is_there
        });
    }

    fn require(&mut self, required: &mut Vec<String>, name: &str, is_required: bool, path: &str) {
        let was_required = required.iter().any(|other| other == name);
        match (was_required, is_required) {
            (false, true) => required.push(name.to_owned()),
            (true, false) => {
                self.tell(path, What::Optional, None, None);
                required.retain(|other| other != name);
            }
            _ => {}
        }
    }
}

/// The keys that somebody took out of `required`; empty if the schema has no `required`.
fn optional(schema: &Map<String, Value>) -> Vec<String> {
    let Some(required) = schema.get("required").map(names) else { return Vec::new() };
    let properties = schema.get("properties").and_then(Value::as_object);
    let keys = properties.into_iter().flat_map(Map::keys).filter(|key| !required.contains(&key.as_str()));
    keys.cloned().collect()
}

fn has_property(schema: &Map<String, Value>, key: &str) -> bool {
    schema.get("properties").and_then(|properties| properties.get(key)).is_some()
}

/// The names in `"string"` or `["string", "null"]`.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn words(names: &[&str]) -> String {
    let article =
        |name: &&str| if name.starts_with(['a', 'i', 'o']) { format!("an {name}") } else { format!("a {name}") };
    names.iter().map(article).collect::<Vec<_>>().join(" or ")
}

/// Extends a path. A key comes from the secret and may contain control characters, so they are escaped.
fn below(path: &str, key: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ';
    let escaped = |c: char| if is_plain(c) { c.to_string() } else { c.escape_default().to_string() };
    let key: String = key.chars().map(escaped).collect();
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use secrets_tests::documents::{Random, mutate};
    use secrets_tests::shapes::subjects;

    use super::*;
    use crate::keys::Readers;

    #[test]
    fn what_is_pulled_describes_the_document_and_pulled_again_stays() {
        for subject in subjects() {
            let valid: Value = serde_json::from_str(subject.valid).expect("JSON");
            for seed in 0..40 {
                let mut document = valid.clone();
                mutate(&mut document, &mut Random::new(seed));
                let mut kinds = Kinds::default();
                kinds.learn(&document, &Readers::default());
                let pulled = fresh("x", &kinds);
                jsonschema::draft202012::meta::validate(&pulled).expect("a schema");
                assert!(jsonschema::draft202012::is_valid(&pulled, &document), "{document}\n{pulled}");
                let mut again = pulled.clone();
                assert_eq!((update(&mut again, &kinds), again), (Vec::new(), pulled));
                // Updating must also work on what another document left behind.
                let mut other = Kinds::default();
                other.learn(&valid, &Readers::default());
                let mut updated = fresh("x", &other);
                update(&mut updated, &kinds);
                assert!(jsonschema::draft202012::is_valid(&updated, &document), "{document}\n{updated}");
            }
        }
    }
}
