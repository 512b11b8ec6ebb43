//! Collects the kinds of values in documents, key by key. The values themselves are not kept.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::keys::Readers;
use secrets_shape::number;

/// The kinds of value seen at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kinds {
    scalars: BTreeSet<Scalar>,
    /// Merged over all items of all arrays.
    pub items: Option<Box<Kinds>>,
    pub object: Option<Object>,
}

/// Values without parts, in the order in which messages list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scalar {
    String,
    Integer,
    /// A number that is not an integer.
    Fraction,
    Boolean,
    Null,
}

/// The keys of the objects seen at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object {
    /// In order of first appearance.
    pub keys: Vec<Key>,
    /// The kinds of a map's values.
    pub rest: Option<Box<Kinds>>,
    /// How many objects were seen.
    count: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub kinds: Kinds,
    /// How many of the objects have it.
    count: usize,
}

impl Kinds {
    /// Adds a value.
    pub fn learn(&mut self, value: &Value, readers: &Readers) {
        let scalar = match value {
            Value::Null => Scalar::Null,
            Value::Bool(_) => Scalar::Boolean,
            Value::String(_) => Scalar::String,
            Value::Number(number) if number::integer(&number.to_string()).is_ok() => Scalar::Integer,
            Value::Number(_) => Scalar::Fraction,
            Value::Array(values) => {
                let items = self.items.get_or_insert_default();
                return values.iter().for_each(|value| items.learn(value, &readers.items()));
            }
            Value::Object(members) => return self.object.get_or_insert_default().learn(members, readers),
        };
        self.scalars.insert(scalar);
    }

    /// Merges the kinds of other values at the same place.
    fn unite(&mut self, other: &Self) {
        let Self { scalars, items, object } = other;
        self.scalars.extend(scalars);
        if let Some(items) = items {
            self.items.get_or_insert_default().unite(items);
        }
        if let Some(object) = object {
            self.object.get_or_insert_default().unite(object);
        }
    }

    /// The kinds as JSON Schema names.
    pub fn names(&self) -> Vec<&'static str> {
        let is = |scalar| self.scalars.contains(&scalar);
        let all = [
            ("string", is(Scalar::String)),
            // JSON Schema's `number` includes integers.
            ("integer", is(Scalar::Integer) && !is(Scalar::Fraction)),
            ("number", is(Scalar::Fraction)),
            ("boolean", is(Scalar::Boolean)),
            ("object", self.object.is_some()),
            ("array", self.items.is_some()),
            ("null", is(Scalar::Null)),
        ];
        all.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect()
    }

    /// The kinds in words, for messages: "a string".
    pub fn words(&self) -> String {
        let article = |name: &&str| match *name {
            "null" => "null".to_owned(),
            "integer" | "object" | "array" => format!("an {name}"),
            _ => format!("a {name}"),
        };
        self.names().iter().map(article).collect::<Vec<_>>().join(" or ")
    }
}

impl Object {
    fn learn(&mut self, members: &Map<String, Value>, readers: &Readers) {
        self.count += 1;
        let rest = readers.rest();
        for (name, value) in members {
            match (readers.declared(name), &rest) {
                (None, Some(rest)) => self.rest.get_or_insert_default().learn(value, rest),
                (declared, _) => self.key(name, 1).kinds.learn(value, &declared.unwrap_or_default()),
            }
        }
        if rest.is_some() {
            self.rest.get_or_insert_default();
        }
    }

    fn unite(&mut self, other: &Self) {
        self.count += other.count;
        for key in &other.keys {
            self.key(&key.name, key.count).kinds.unite(&key.kinds);
        }
        if let Some(rest) = &other.rest {
            self.rest.get_or_insert_default().unite(rest);
        }
    }

    /// Counts `count` more occurrences of a key, and returns it.
    fn key(&mut self, name: &str, count: usize) -> &mut Key {
        let at = self.keys.iter().position(|key| key.name == name).unwrap_or_else(|| {
            self.keys.push(Key { name: name.to_owned(), kinds: Kinds::default(), count: 0 });
            self.keys.len() - 1
        });
        self.keys[at].count += count;
        &mut self.keys[at]
    }

    /// Whether every object has the key.
    pub fn is_always_there(&self, key: &Key) -> bool {
        key.count == self.count
    }

    /// The merged kinds of all values under undeclared keys.
    pub fn undeclared(&self, is_declared: impl Fn(&str) -> bool) -> Kinds {
        let mut all = self.rest.as_deref().cloned().unwrap_or_default();
        self.keys.iter().filter(|key| !is_declared(&key.name)).for_each(|key| all.unite(&key.kinds));
        all
    }
}

/// The `type` keyword: `"string"`, or `["string", "null"]`.
pub fn type_of(names: &[&str]) -> Value {
    match names {
        [only] => json!(only),
        several => json!(several),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_an_integer_by_its_value() {
        let names = |number: &str| {
            let mut kinds = Kinds::default();
            kinds.learn(&serde_json::from_str(number).expect("a number"), &Readers::default());
            kinds.names()
        };
        for number in ["0", "-0", "5432", "5432.0", "5.432e3", "100e-2", "100.0e-2"] {
            assert_eq!(names(number), ["integer"], "{number}");
        }
        for number in ["0.5", "1e-1", "105e-2"] {
            assert_eq!(names(number), ["number"], "{number}");
        }
    }

    #[test]
    fn a_key_that_some_objects_lack_is_not_always_there() {
        let mut kinds = Kinds::default();
        kinds.learn(&json!([{"a": 1, "b": "x"}, {"a": null}]), &Readers::default());
        let object = kinds.items.and_then(|items| items.object).expect("objects");
        let told: Vec<_> = object.keys.iter().map(|key| (&*key.name, object.is_always_there(key))).collect();
        assert_eq!(told, [("a", true), ("b", false)]);
        assert_eq!(object.keys[0].kinds.names(), ["integer", "null"]);
        assert_eq!(object.keys[0].kinds.words(), "an integer or null");
    }
}
