//! The short way to see that a field fits: most read one key, of which the file says what kind it has and nothing else.
//!
//! What does not go this way is compared in full. Compilers interpret this for each field, and pay for each step.

use super::file::SchemaFile;
use super::json_schema::is_required;
use super::kinds::Kinds;
use super::reader::{Kind, TYPE, head_of};
use super::{FieldShape, Placement};

/// Where a name stands that is looked for.
#[derive(Clone, Copy)]
enum Where {
    /// In front of a value.
    Key,
    /// It is the value.
    Value,
}

impl SchemaFile<'_> {
    /// Marks the fields of a struct that have to be compared in full.
    pub(super) const fn sift(&self, fields: &'static [FieldShape], doubtful: &mut [bool]) {
        let (Some(properties), Some(required)) = (self.properties, self.required) else { return };
        if !matches!(self.kind(required), Kind::Array) {
            return;
        }
        let (mut property, mut item, mut at) = (properties, required, 0);
        while at < fields.len() {
            let field = &fields[at];
            if let ([key], Placement::Keyed) = (field.keys, field.placement) {
                let head = head_of(key);
                property = self.find(properties, property, key, head, Where::Key);
                if property > properties && self.is_of_its_kind(property, field) {
                    item = self.find(required, item, key, head, Where::Value);
                    doubtful[at] = item == required && is_required(field);
                }
            }
            at += 1;
        }
    }

    /// Finds a name in a container: often the one after the one before. The container itself if it is not there.
    const fn find(&self, container: usize, before: usize, name: &str, head: u128, place: Where) -> usize {
        let nodes = self.nodes;
        let end = nodes[container].next as usize;
        let mut at = if before == container { container + 1 } else { nodes[before].next as usize };
        let mut is_second_round = before == container;
        loop {
            while at < end {
                let found = match place {
                    Where::Key => nodes[at].key,
                    Where::Value => nodes[at].text,
                };
                if found.head == head && self.is_named(found, name, head) {
                    return at;
                }
                at = nodes[at].next as usize;
            }
            if is_second_round {
                return container;
            }
            is_second_round = true;
            at = container + 1;
        }
    }

    /// Whether a property says nothing but its kind, which the field reads.
    const fn is_of_its_kind(&self, property: usize, field: &'static FieldShape) -> bool {
        if !self.is_type_alone(property) {
            return false;
        }
        let Some(name) = self.member_of_head(property, "type", TYPE) else { return false };
        let read = Kinds::read_by(&field.shape, field.coercion);
        matches!(self.kind(name), Kind::String) && !read.and(Kinds::named(self, name)).without_null().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::reader::Node;
    use crate::schema::{Absence, Shape};

    const A: FieldShape = FieldShape { keys: &["a"], shape: Shape::String, ..FieldShape::PLAIN };
    const PORT: FieldShape =
        FieldShape { keys: &["port"], shape: Shape::Integer { min: 0, max: 9 }, ..FieldShape::PLAIN };
    const MAYBE: FieldShape = FieldShape { keys: &["maybe"], absence: Absence::Default, ..A };
    const ALIASED: FieldShape = FieldShape { keys: &["b", "c"], ..A };
    const FLAT: FieldShape = FieldShape { placement: Placement::Flattened, ..A };

    fn doubtful(fields: &'static [FieldShape], text: &str) -> Vec<bool> {
        let mut nodes = vec![Node::NOTHING; 64];
        let mut doubtful = vec![true; fields.len()];
        SchemaFile::read("file.json", text, &mut nodes).sift(fields, &mut doubtful);
        doubtful
    }

    #[test]
    fn what_fits_plainly_is_not_compared_in_full_whatever_the_order() {
        const TEXT: &str = r#"{
            "properties": {
                "maybe": {"type": "string"}, "port": {"type": "integer"}, "x": {}, "a": {"type": "string"},
                "b": {"type": "string"}
            },
            "required": ["x", "port", "a", "b"]
        }"#;
        assert_eq!(doubtful(&[A, PORT, MAYBE], TEXT), [false; 3]);
        assert_eq!(doubtful(&[PORT, MAYBE, A], TEXT), [false; 3]);
        assert_eq!(doubtful(&[A, ALIASED, FLAT, PORT], TEXT), [false, true, true, false]);
    }

    #[test]
    fn what_does_not_fit_plainly_is_compared_in_full() {
        for property in [
            r#"{"type": "array"}"#,
            r#"{"type": ["string"]}"#,
            r#"{"type": "string", "minLength": 1}"#,
            r#"{"type": "null"}"#,
            "{}",
            "true",
            r#"["string"]"#,
        ] {
            let text = format!(
                r#"{{"properties": {{"a": {property}, "port": {{"type": "integer"}}}}, "required": ["a", "port"]}}"#
            );
            assert_eq!(doubtful(&[A, PORT], &text), [true, false], "{property}");
        }
        for text in [
            r#"{"properties": {"a": {"type": "string"}}, "required": ["b"]}"#,
            r#"{"properties": {"a": {"type": "string"}}, "required": []}"#,
            r#"{"properties": {"a": {"type": "string"}}, "required": "a"}"#,
            r#"{"properties": {"a": {"type": "string"}}}"#,
            r#"{"properties": {}, "required": ["a"]}"#,
            r#"{"properties": {"type": "string"}, "required": ["a"]}"#,
            r#"{"required": ["a"]}"#,
        ] {
            assert_eq!(doubtful(&[A], text), [true], "{text}");
        }
    }
}
