//! Where something stands in a document, as a schema knows the place.

use std::fmt::{self, Write};

use serde_json::Value;

use crate::document::Step;
use crate::words;

/// A schema and the schemas that it is combined of.
pub(crate) fn parts(schema: &Value) -> Vec<&Value> {
    let mut found = vec![schema];
    for keyword in ["anyOf", "oneOf", "allOf"] {
        let inner = schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        found.extend(inner.flat_map(parts));
    }
    found
}

/// A place, as a schema knows it.
#[derive(Default)]
pub(crate) struct Spot<'s> {
    /// As it is shown: a key that the schema does not declare is `*`.
    pub(crate) path: String,
    /// The positions of the keys among the declared ones.
    pub(crate) order: Vec<usize>,
    /// What applies there, combinations as one.
    pub(crate) schemas: Vec<&'s Value>,
}

pub(crate) fn walk<'s>(schema: &'s Value, place: &[Step]) -> Spot<'s> {
    place.iter().fold(Spot { schemas: vec![schema], ..Spot::default() }, Spot::step)
}

impl Spot<'_> {
    fn write(&mut self, what: fmt::Arguments<'_>) {
        // Writing into a string does not fail.
        let _ = self.path.write_fmt(what);
    }

    fn step(mut self, step: &Step) -> Self {
        let all: Vec<&Value> = self.schemas.iter().flat_map(|schema| parts(schema)).collect();
        let of = |keyword: &'static str| all.iter().filter_map(move |schema| schema.get(keyword));
        let key = match step {
            Step::Key(key) => key,
            Step::Index(at) => {
                self.order.push(*at);
                self.write(format_args!("[{at}]"));
                return Self { schemas: of("items").collect(), ..self };
            }
        };
        let declared: Vec<&Value> = of("properties").filter_map(|properties| properties.get(key)).collect();
        let mut keys = all.iter().flat_map(|schema| words::properties(schema));
        self.order.push(keys.position(|(name, _)| name == key).unwrap_or(usize::MAX));
        let dot = if self.path.is_empty() { "" } else { "." };
        match (declared.is_empty(), is_plain(key)) {
            (false, true) => self.write(format_args!("{dot}{key}")),
            (false, false) => self.write(format_args!("[{key:?}]")),
            (true, _) => self.write(format_args!("{dot}*")),
        }
        let schemas = if declared.is_empty() { of("additionalProperties").collect() } else { declared };
        Self { schemas, ..self }
    }
}

/// Whether a key can stand between dots without being misread.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_names_what_is_declared_and_nothing_else() {
        let schema = json!({"anyOf": [{"properties": {"a": {"type": "string"}, "b.c": {"items": {"additionalProperties": {}}}}}]});
        let key = |key: &str| Step::Key(key.to_owned());
        let place = [key("b.c"), Step::Index(2), key("canary")];
        let spot = walk(&schema, &place);
        assert_eq!((&*spot.path, &*spot.order), (r#"["b.c"][2].*"#, [1, 2, usize::MAX].as_slice()));
        assert_eq!(walk(&schema, &[key("a")]).path, "a");
        assert_eq!(walk(&schema, &[key("canary"), key("a")]).path, "*.*");
    }
}
