//! What the compiler says of a type and its schema file.

use super::file::SchemaFile;
use super::problem::Problem;
use super::reader::{Node, NotJson, capacity};
use super::writer::Writer;
use super::{ObjectShape, Shape};
use crate::secret::Secret;

/// How long a message may be.
const LONGEST: usize = 2048;

/// What the compiler says.
pub(super) struct Message {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Message {
    const NOTHING: Self = Self { bytes: [0; LONGEST], length: 0 };

    const fn text(&self) -> Option<&str> {
        let said = self.bytes.split_at(if self.length < LONGEST { self.length } else { LONGEST }).0;
        match str::from_utf8(said) {
            Ok(text) if text.is_empty() => None,
            Ok(text) => Some(text),
            // Quoted between characters, always.
            Err(_) => Some("the type does not fit its schema file"),
        }
    }

    #[track_caller]
    pub(super) const fn say(&self) {
        if let Some(text) = self.text() {
            panic!("{}", text);
        }
    }
}

impl SchemaFile<'_> {
    pub(super) const fn on_field(&self, shape: &'static Shape, field: usize) -> Option<Problem> {
        match shape {
            Shape::Object(object) => self.field_of_struct(object, field),
            Shape::Tagged(tagged) => {
                let (mut variant, mut field) = (0, field);
                // The tag, which comes first, is not one of them.
                while field + 1 >= tagged.variants[variant].fields.len() {
                    field -= tagged.variants[variant].fields.len() - 1;
                    variant += 1;
                }
                self.field_of_variant(tagged, variant, field)
            }
            _ => None,
        }
    }

    pub(super) const fn message_of_whole(&self, shape: &'static Shape) -> Message {
        if let Some(error) = self.error {
            return self.message_of_error(error);
        }
        match self.whole(shape) {
            Some(problem) => self.message(&problem),
            None => Message::NOTHING,
        }
    }

    pub(super) const fn message_of_field(&self, shape: &'static Shape, field: usize) -> Message {
        match self.on_field(shape, field) {
            Some(problem) => self.message(&problem),
            None => Message::NOTHING,
        }
    }

    const fn message(&self, problem: &Problem) -> Message {
        let mut bytes = [0; LONGEST];
        let mut to = Writer::new(&mut bytes);
        self.tell(problem, &mut to);
        let length = to.length();
        Message { bytes, length }
    }

    const fn message_of_error(&self, error: NotJson) -> Message {
        let mut bytes = [0; LONGEST];
        let mut to = Writer::new(&mut bytes);
        self.tell_not_json(error, &mut to);
        let length = to.length();
        Message { bytes, length }
    }
}

/// What the compiler would say of a type with a schema file of this text: for tests.
///
/// # Panics
/// If the short way takes a field for one that fits, and the full comparison does not.
#[must_use]
pub fn problems<T: Secret>(text: &str) -> Vec<String> {
    problems_of(const { &T::SHAPE }, text)
}

fn problems_of(shape: &'static Shape, text: &str) -> Vec<String> {
    let mut nodes = vec![Node::NOTHING; capacity(text)];
    let file = SchemaFile::read("file.json", text, &mut nodes);
    if let Some(error) = file.error {
        return file.message_of_error(error).text().map(str::to_owned).into_iter().collect();
    }
    let fields = match shape {
        Shape::Object(ObjectShape { fields, .. }) => fields.len(),
        Shape::Tagged(tagged) => tagged.variants.iter().map(|variant| variant.fields.len() - 1).sum(),
        _ => 0,
    };
    let of_fields: Vec<_> = (0..fields).map(|field| file.on_field(shape, field)).collect();
    if let Shape::Object(object) = shape {
        let mut doubtful = vec![true; fields];
        file.sift(object.fields, &mut doubtful);
        let is_found = |(problem, is_doubtful): (&Option<Problem>, &bool)| problem.is_none() || *is_doubtful;
        assert!(of_fields.iter().zip(&doubtful).all(is_found), "the short way misses a problem");
    }
    let problems: Vec<_> = std::iter::once(file.whole(shape)).chain(of_fields).collect();
    let messages = problems.iter().flatten().map(|problem| file.message(problem));
    messages.filter_map(|message| message.text().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{
        Absence, Bound, Coercion, Encoding, FieldShape, Placement, Precision, Rule, TaggedShape, Unknown,
    };

    const NONE: &[&str] = &[];

    const PORT: Shape = Shape::Integer { min: 0, max: 65535 };
    const NAME: FieldShape = FieldShape { keys: &["name"], shape: Shape::String, ..FieldShape::PLAIN };
    const INNER: Shape = Shape::Object(&ObjectShape { fields: &[NAME], ..ObjectShape::EMPTY });

    /// What is said of a struct with one field, `x`, whose property in the file is this one.
    fn said_of(field: &FieldShape, property: &str) -> Vec<String> {
        let fields = Box::leak(Box::new([FieldShape { keys: &["x"], ..*field }]));
        said(
            fields,
            &format!(
                r#"{{"properties": {{"x": {property}}}, "required": ["x"], "$defs": {{"d": {{"type": "array"}}}}}}"#
            ),
        )
    }

    fn said(fields: &'static [FieldShape], text: &str) -> Vec<String> {
        let object = Box::leak(Box::new(ObjectShape { fields, ..ObjectShape::EMPTY }));
        problems_of(Box::leak(Box::new(Shape::Object(object))), text)
    }

    const fn of(shape: Shape) -> FieldShape {
        FieldShape { shape, ..FieldShape::PLAIN }
    }

    const STRICT_PORT: FieldShape = FieldShape { coercion: Coercion::None, ..of(PORT) };

    #[test]
    fn what_can_meet_is_not_told() {
        let one_of = FieldShape { rules: &[Rule::OneOf(&["a", "b"])], ..of(Shape::String) };
        let cases: [(FieldShape, &[&str]); 12] = [
            (
                of(Shape::String),
                &["{}", "true", r#"{"type": "string"}"#, r#"{"type": ["string", "array"]}"#, r#"{"type": "text"}"#],
            ),
            (
                of(PORT),
                &[
                    r#"{"type": "string"}"#,
                    r#"{"type": "number"}"#,
                    r#"{"enum": ["5432", 1]}"#,
                    r#"{"enum": ["x", 1]}"#,
                ],
            ),
            (
                STRICT_PORT,
                &[r#"{"type": "integer"}"#, r#"{"type": "number"}"#, r#"{"const": 5.0}"#, r#"{"minimum": 65535}"#],
            ),
            (of(Shape::Boolean), &[r#"{"type": "string"}"#, r#"{"enum": ["true", "false"]}"#, r#"{"const": true}"#]),
            (of(Shape::Float(Precision::Double)), &[r#"{"type": "integer"}"#, r#"{"const": 1.5}"#]),
            (of(Shape::Any), &[r#"{"type": "null"}"#, "false", r#"{"enum": [1, "a"]}"#]),
            (
                of(Shape::Optional(&PORT)),
                &[
                    r#"{"type": "null"}"#,
                    r#"{"type": ["null", "string"]}"#,
                    r#"{"anyOf": [{"type": "integer"}, {"type": "null"}]}"#,
                ],
            ),
            (
                of(Shape::Names(&["a", "b"])),
                &[r#"{"const": "a"}"#, r#"{"enum": ["b"]}"#, r#"{"type": "string"}"#, r#"{"const": "\u0061"}"#],
            ),
            (one_of, &[r#"{"enum": ["a", "b"]}"#, r#"{"type": "string"}"#]),
            (
                of(Shape::Array(&PORT)),
                &[r##"{"$ref": "#/$defs/d"}"##, r#"{"type": "array", "items": {"type": "integer"}}"#],
            ),
            (of(Shape::Bytes(Encoding::Hex)), &[r#"{"type": "string", "pattern": "^x$"}"#]),
            (
                of(INNER),
                &[
                    r#"{"type": "object"}"#,
                    r#"{"patternProperties": {}, "properties": {}}"#,
                    r#"{"required": ["name"], "properties": {"name": {}}}"#,
                ],
            ),
        ];
        for (field, properties) in cases {
            for property in properties {
                assert_eq!(said_of(&field, property), NONE, "{property} {field:?}");
            }
        }
    }

    #[test]
    fn kinds_that_cannot_meet_are_told() {
        let cases = [
            (of(Shape::String), r#"{"type": "integer"}"#, "a string", "an integer"),
            (of(Shape::String), r##"{"$ref": "#/$defs/d"}"##, "a string", "an array"),
            (of(Shape::String), r#"{"allOf": [{"type": ["object", "null"]}]}"#, "a string", "an object or null"),
            (of(PORT), r#"{"type": "boolean"}"#, "an integer or a string", "true or false"),
            (STRICT_PORT, r#"{"type": "string"}"#, "an integer", "a string"),
            (STRICT_PORT, r#"{"const": "1"}"#, "an integer", "a string"),
            (
                of(Shape::Array(&PORT)),
                r#"{"anyOf": [{"type": "string"}, {"type": "object"}]}"#,
                "an array",
                "an object or a string",
            ),
            (of(Shape::Map(&PORT)), r#"{"type": "array"}"#, "an object", "an array"),
            (
                of(Shape::Optional(&Shape::String)),
                r#"{"type": ["array", "null"]}"#,
                "a string or null",
                "an array or null",
            ),
        ];
        for (field, property, expected, found) in cases {
            let message = format!(
                "`x`: expected {expected}, but file.json says {found}; change the type, or run `cargo secrets pull` if the file \
                 is out of date"
            );
            assert_eq!(said_of(&field, property), [message.replace(" or null, but", ", but")], "{property}");
        }
    }

    #[test]
    fn a_value_that_may_be_null_is_told_where_the_type_reads_none() {
        let properties = [
            r#"{"type": ["string", "null"]}"#,
            r#"{"anyOf": [{"type": "string"}, {"type": "null"}]}"#,
            r#"{"enum": ["a", null]}"#,
        ];
        for property in properties {
            let said = said_of(&of(Shape::String), property);
            assert_eq!(
                said,
                ["`x` may be null in file.json, but not here: make it an `Option`, or take null out of the file"]
            );
            let with_default = FieldShape { absence: Absence::Default, ..of(Shape::String) };
            assert_eq!(said_of(&with_default, property), NONE);
        }
    }

    #[test]
    fn constants_that_are_not_read_are_told() {
        let names = of(Shape::Names(&["a", "b"]));
        let said = said_of(&names, r#"{"enum": ["a", "c\n"]}"#);
        let listed = r#"file.json lists "c\n" for `x`, which is none of "a", "b"; add it here, or run `cargo secrets pull` if the file is out of date"#;
        assert_eq!(said, [listed]);
        let one_of = FieldShape { rules: &[Rule::OneOf(&["a", "b"])], ..of(Shape::Optional(&Shape::String)) };
        assert_eq!(said_of(&one_of, r#"{"anyOf": [{"const": "a"}, {"const": "c\n"}, {"type": "null"}]}"#), [listed]);
        let range = FieldShape { rules: &[Rule::Range { min: Some(Bound::Integer(9)), max: None }], ..of(PORT) };
        for property in [r#"{"const": 8}"#, r#"{"enum": [8, "7"]}"#] {
            let unread = "file.json lists 8 for `x`, and nothing that the field reads; change the type, or run `cargo secrets \
                          pull` if the file is out of date";
            assert_eq!(said_of(&range, property), [unread]);
        }
        assert_eq!(said_of(&range, r#"{"enum": [8, "9"]}"#), NONE);
    }

    #[test]
    fn ranges_that_cannot_meet_are_told() {
        let said = said_of(&of(PORT), r#"{"type": "integer", "minimum": 65536}"#);
        assert_eq!(
            said,
            [
                "`x`: expected an integer from 0 to 65535, but file.json says at least 65536; change the type or its `range`, or the file"
            ]
        );
        assert_eq!(said_of(&of(PORT), r#"{"type": "integer", "maximum": -1}"#).len(), 1);
        assert_eq!(said_of(&of(PORT), r#"{"maximum": -1}"#), NONE, "it may be a string");
    }

    #[test]
    fn what_is_inside_is_told_with_the_way_to_it() {
        let array = of(Shape::Array(&INNER));
        let map = of(Shape::Map(&PORT));
        let cases = [
            (
                array,
                r#"{"items": {"properties": {"name": {"type": "array"}}, "required": ["name"]}}"#,
                "`x[].name`: expected",
            ),
            (
                array,
                r#"{"items": {"properties": {"nam": {}}}}"#,
                "file.json has no key `x[].name`; did you mean `nam`?",
            ),
            (array, r#"{"items": {"properties": {"name": {}}}}"#, "`x[].name` may be absent in file.json"),
            (map, r#"{"additionalProperties": {"type": "array"}}"#, "`x.*`: expected"),
            (map, r#"{"properties": {"k": {"type": "array"}}}"#, "`x.k`: expected"),
            (of(Shape::Embedded(&INNER)), r#"{"contentSchema": {"type": "array"}}"#, "`x`: expected an object"),
        ];
        for (field, property, beginning) in cases {
            let said = said_of(&field, property);
            assert!(said.len() == 1 && said[0].starts_with(beginning), "{property}: {said:?}");
        }
    }

    #[test]
    fn keys_are_compared_with_all_their_spellings_and_those_of_flattened_structs() {
        const ALIASED: FieldShape = FieldShape { keys: &["user", "login"], ..NAME };
        const FLAT: FieldShape =
            FieldShape { placement: Placement::Flattened, keys: &[], shape: INNER, ..FieldShape::PLAIN };
        const REST: FieldShape = FieldShape { shape: Shape::Map(&PORT), ..FLAT };
        let alias = r#"{"properties": {"login": {}, "name": {}}, "required": ["login", "name"]}"#;
        assert_eq!(said(&[ALIASED, FLAT], alias), NONE);
        let one_of_two =
            r#"{"properties": {"login": {}, "user": {}}, "oneOf": [{"required": ["login"]}, {"required": ["user"]}]}"#;
        assert_eq!(said(&[ALIASED], one_of_two), NONE);
        assert_eq!(said(&[FLAT], r#"{"properties": {"other": {}}}"#).len(), 1);
        let rest = r#"{"properties": {"name": {}, "k": {"type": "array"}}, "required": ["name"]}"#;
        assert_eq!(said(&[FLAT, REST], rest).len(), 1);
        assert_eq!(said(&[FLAT], rest), NONE);
    }

    #[test]
    fn an_optional_key_is_missed_only_if_another_was_meant() {
        const MAYBE: FieldShape = FieldShape { absence: Absence::Default, ..NAME };
        const OTHER: FieldShape = FieldShape { keys: &["names"], ..MAYBE };
        assert_eq!(said(&[MAYBE], r#"{"properties": {"other": {}}}"#), NONE);
        assert_eq!(said(&[MAYBE], r#"{"properties": {"names": {}}}"#).len(), 1);
        assert_eq!(said(&[MAYBE, OTHER], r#"{"properties": {"names": {}}}"#), NONE, "it is read already");
    }

    #[test]
    fn variants_are_compared_with_the_alternative_of_their_name() {
        const fn variant(fields: &'static [FieldShape]) -> ObjectShape {
            ObjectShape { fields, unknown: Unknown::Denied, ..ObjectShape::EMPTY }
        }
        const TAG: FieldShape = FieldShape { keys: &["kind"], shape: Shape::Names(&["a"]), ..FieldShape::PLAIN };
        const TAGGED: Shape = Shape::Tagged(&TaggedShape {
            name: "",
            description: "",
            tag: "kind",
            names: &["a", "b"],
            variants: &[variant(&[TAG, NAME]), variant(&[TAG])],
        });
        let a = |name: &str| {
            format!(r#"{{"properties": {{"kind": {{"const": "a"}}, "name": {name}}}, "required": ["kind", "name"]}}"#)
        };
        let file = |variants: &[String]| format!(r#"{{"oneOf": [{}]}}"#, variants.join(","));
        let b = r#"{"properties": {"kind": {"enum": ["b"]}}, "required": ["kind"]}"#.to_owned();
        assert_eq!(problems_of(&TAGGED, &file(&[a("{}"), b.clone()])), NONE);
        assert_eq!(
            problems_of(&TAGGED, &file(std::slice::from_ref(&b))),
            NONE,
            "a variant that the file does not have"
        );
        assert_eq!(problems_of(&TAGGED, &file(&[a(r#"{"type": "array"}"#), b.clone()])).len(), 1);
        assert_eq!(problems_of(&TAGGED, &file(&[a("{}"), b.replace("\"b\"", "\"c\"")])).len(), 1);
        assert_eq!(problems_of(&TAGGED, &file(&[a("{}"), b.replace("[\"kind\"]", "[\"kind\", \"more\"]")])).len(), 1);
        assert_eq!(problems_of(&TAGGED, r#"{"properties": {"kind": {"enum": ["a", "b"]}, "name": {}}}"#), NONE);
        assert_eq!(problems_of(&TAGGED, r#"{"properties": {"kinds": {}, "name": {}}}"#).len(), 1);
    }

    #[test]
    fn the_place_of_a_mistake_in_the_json_is_counted_in_characters() {
        let said = said(&[NAME], "{\n  \"é\": 1\n  \"x\": 2\n}");
        assert_eq!(
            said,
            [
                "file.json is not JSON: line 3, column 3: expected `,` or `}`; correct it, or write it anew with `cargo secrets pull`"
            ]
        );
    }

    #[test]
    fn a_file_that_refers_to_itself_is_read_all_the_same() {
        let text = r##"{"$ref": "#", "anyOf": [{"$ref": "#"}, {"$ref": "#"}], "properties": {"name": {"$ref": "#/properties/name"}}}"##;
        assert_eq!(said(&[NAME], text).len(), 1, "not required");
    }
}
