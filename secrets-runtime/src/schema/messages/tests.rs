//! What is said of types and schema files that do not fit, and that nothing is said of those that do.

use super::*;
use crate::schema::check::DEEPEST_TYPE;
use crate::schema::file::DEEPEST;
use crate::schema::{
    Absence, Bound, Coercion, Contract, Encoding, FieldShape, Placement, Precision, Rule, TaggedShape, Unknown,
};

const NONE: &[&str] = &[];

const PORT: Shape = Shape::Integer { min: 0, max: 65535 };
const NAME: FieldShape = FieldShape { keys: &["name"], shape: Shape::String, ..FieldShape::PLAIN };
const INNER: Shape = Shape::Object(&ObjectShape { fields: &[NAME], ..ObjectShape::EMPTY });

/// What is said of a struct with one field, `x`, whose property in the file is this one: the same however the file puts it,
/// and whatever the key is called.
fn said_of(field: &FieldShape, property: &str) -> Vec<String> {
    let said = said_of_key("x", field, property, property);
    let forms = [
        r##"{"$ref": "#/$defs/p"}"##.to_owned(),
        r##"{"title": "", "\u0024ref": "#/$defs/q"}"##.to_owned(),
        format!(r#"{{"allOf": [{{}}, {property}]}}"#),
        r##"{"allOf": [{"$ref": "#/$defs/q"}, {"title": "{}"}], "default": "\\"}"##.to_owned(),
        format!(r##"{{"allOf": [{property}], "$ref": "#/$defs/e"}}"##),
        format!(r#"{{"oneOf": [{property}]}}"#),
    ];
    for form in forms {
        assert_eq!(said_of_key("x", field, property, &form), said, "{property} as {form}");
    }
    for key in ["key_with_15_char", "key_with_16_chars", "key_with_17_chars", "key_with_twenty_chars", "é\"x\\"] {
        let renamed: Vec<_> = said.iter().map(|said| said.replace("`x", &format!("`{key}"))).collect();
        assert_eq!(said_of_key(key, field, property, property), renamed, "{property}");
    }
    said
}

fn said_of_key(key: &str, field: &FieldShape, property: &str, form: &str) -> Vec<String> {
    let fields = Box::leak(Box::new([FieldShape { keys: vec![&*key.to_owned().leak()].leak(), ..*field }]));
    let key = serde_json::to_string(key).expect("a string");
    let text = format!(
        r##"{{
            "required": ["key_with_16_chart", "key_with_17_char", "key_with_twenty_chords", {key}],
            "properties": {{"key_with_16_chart": {{}}, "key_with_17_char": {{}}, "key_with_twenty_chords": {{}}, {key}: {form}}},
            "$defs": {{"d": {{"type": "array"}}, "e": {{}}, "p": {property}, "q": {{"$ref": "#/$defs/p"}}}}
        }}"##
    );
    let said = said(fields, &text);
    for text in [text.replace("\"type\"", "\"\\u0074ype\""), text.replace(':', " \n\t :  \r\n")] {
        assert_eq!(self::said(fields, &text), said, "{text}");
    }
    said
}

fn said(fields: &'static [FieldShape], text: &str) -> Vec<String> {
    said_of_object(ObjectShape { fields, ..ObjectShape::EMPTY }, text)
}

fn said_of_object(object: ObjectShape, text: &str) -> Vec<String> {
    said_of_shape(Box::leak(Box::new(Shape::Object(Box::leak(Box::new(object))))), text)
}

/// What is said of a type: the same however the file puts what it says of the whole.
fn said_of_shape(shape: &'static Shape, text: &str) -> Vec<String> {
    let said = problems_of(shape, text);
    if serde_json::from_str::<serde_json::Value>(text).is_ok_and(|_| !text.contains("\"#")) {
        let forms = [
            format!(r##"{{"$ref": "#/$defs/s", "$defs": {{"s": {text}}}}}"##),
            format!(r#"{{"allOf": [{{}}, {{"title": "x"}}, {text}]}}"#),
            format!(r#"{{"oneOf": [{text}]}}"#),
        ];
        for form in forms {
            assert_eq!(problems_of(shape, &form), said, "{form}");
        }
    }
    said
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
            &[
                "{}",
                "true",
                r#"{"enum": "a"}"#,
                r#"{"oneOf": {"a": false}}"#,
                r#"{"type": "string"}"#,
                r#"{"type": ["string", "array"]}"#,
                r#"{"type": "text"}"#,
            ],
        ),
        (
            of(PORT),
            &[r#"{"type": "string"}"#, r#"{"type": "number"}"#, r#"{"enum": ["5432", 1]}"#, r#"{"enum": ["x", 1]}"#],
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
        (of(Shape::String), "false", "a string", "that no value fits"),
        (of(Shape::String), r#"{"type": [], "enum": ["a"]}"#, "a string", "that no value fits"),
        (of(Shape::String), r#"{"type": ["string"], "enum": [], "const": "a"}"#, "a string", "that no value fits"),
        (of(Shape::Newtype(&STRICT_PORT)), r#"{"type": "string"}"#, "an integer", "a string"),
        (of(Shape::Optional(&Shape::String)), r#"{"type": ["array", "null"]}"#, "a string or null", "an array or null"),
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
    const RANGE: FieldShape =
        FieldShape { rules: &[Rule::Range { min: Some(Bound::Integer(9)), max: None }], ..of(PORT) };
    let names = of(Shape::Names(&["a", "b"]));
    let said = said_of(&names, r#"{"enum": ["a", "c\n"]}"#);
    let listed = r#"file.json lists "c\n" for `x`, which is none of "a", "b"; add it here, or run `cargo secrets pull` if the file is out of date"#;
    assert_eq!(said, [listed]);
    let one_of = FieldShape { rules: &[Rule::OneOf(&["a", "b"])], ..of(Shape::Optional(&Shape::String)) };
    assert_eq!(said_of(&one_of, r#"{"anyOf": [{"const": "a"}, {"const": "c\n"}, {"type": "null"}]}"#), [listed]);
    for property in [r#"{"const": 8}"#, r#"{"enum": [8, "7"]}"#] {
        let unread = "file.json lists 8 for `x`, and nothing that the field reads; change the type, or run `cargo secrets \
                      pull` if the file is out of date";
        assert_eq!(said_of(&RANGE, property), [unread]);
    }
    assert_eq!(said_of(&RANGE, r#"{"enum": [8, "9"]}"#), NONE);
    assert_eq!(said_of(&of(Shape::Newtype(&RANGE)), r#"{"enum": [8]}"#).len(), 1);
    let boolean = of(Shape::Boolean);
    assert_eq!(said_of(&boolean, r#"{"enum": ["yes", "no"]}"#).len(), 1);
    assert_eq!(said_of(&boolean, r#"{"enum": ["yes", "false"]}"#), NONE);
    assert_eq!(said_of(&of(PORT), r#"{"const": ""}"#).len(), 1);
    // A string is none of the numbers that a strict field reads.
    assert_eq!(said_of(&STRICT_PORT, r#"{"enum": [65536, "1"]}"#).len(), 1);
    assert_eq!(said_of(&of(PORT), r#"{"enum": [65536, "1"]}"#), NONE);
    let one_of_two =
        FieldShape { rules: &[Rule::Length { min: None, max: None }, Rule::OneOf(&["a", "b"])], ..of(Shape::String) };
    for property in [r#"{"enum": ["a", 5]}"#, r#"{"enum": ["b", "c"]}"#] {
        assert_eq!(said_of(&one_of_two, property).len(), 1, "{property}");
    }
    assert_eq!(said_of(&one_of_two, r#"{"enum": ["a", "b", null]}"#).len(), 1, "null");
}

#[test]
fn constants_of_several_alternatives_are_added_up() {
    let boolean = of(Shape::Boolean);
    assert_eq!(said_of(&boolean, r#"{"anyOf": [{"const": "yes"}, {"const": "true"}]}"#), NONE);
    assert_eq!(said_of(&boolean, r#"{"anyOf": [{"const": "yes"}, {"enum": ["no"]}]}"#).len(), 1);
    // Anything may come.
    assert_eq!(said_of(&boolean, r##"{"anyOf": [{"const": "yes"}, {"$ref": "#/$defs/p"}]}"##), NONE);
    assert_eq!(said_of(&boolean, r#"{"anyOf": [{"const": "yes"}, {}]}"#), NONE);
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
    // No integer has more digits than are read.
    let [read, unread] = [38, 39].map(|digits| format!(r#"{{"type": "integer", "minimum": {}}}"#, "9".repeat(digits)));
    assert_eq!(said_of(&of(PORT), &read).len(), 1);
    assert_eq!(said_of(&of(PORT), &unread), NONE);
    for property in [r#"{"type": "integer", "minimum": 65535}"#, r#"{"type": "integer", "maximum": 0}"#] {
        assert_eq!(said_of(&of(PORT), property), NONE, "{property}");
    }
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
        (array, r#"{"items": {"properties": {"nam": {}}}}"#, "file.json has no key `x[].name`; did you mean `nam`?"),
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
    const TAG: FieldShape = FieldShape { keys: &["kind"], shape: Shape::Names(&["a"]), ..FieldShape::PLAIN };
    const TAGGED: Shape = Shape::Tagged(&TaggedShape {
        name: "",
        description: "",
        tag: "kind",
        names: &["a", "b"],
        variants: &[variant(&[TAG, NAME]), variant(&[TAG])],
    });
    const fn variant(fields: &'static [FieldShape]) -> ObjectShape {
        ObjectShape { fields, unknown: Unknown::Denied, ..ObjectShape::EMPTY }
    }
    let a = |name: &str| {
        format!(r#"{{"properties": {{"kind": {{"const": "a"}}, "name": {name}}}, "required": ["kind", "name"]}}"#)
    };
    let file = |variants: &[String]| format!(r#"{{"oneOf": [{}]}}"#, variants.join(","));
    let b = r#"{"properties": {"kind": {"enum": ["b"]}}, "required": ["kind"]}"#.to_owned();
    assert_eq!(said_of_shape(&TAGGED, &file(&[a("{}"), b.clone()])), NONE);
    assert_eq!(said_of_shape(&TAGGED, &file(std::slice::from_ref(&b))), NONE, "a variant that the file does not have");
    assert_eq!(said_of_shape(&TAGGED, &file(&[a(r#"{"type": "array"}"#), b.clone()])).len(), 1);
    assert_eq!(said_of_shape(&TAGGED, &file(&[a("{}"), b.replace("\"b\"", "\"c\"")])).len(), 1);
    assert_eq!(said_of_shape(&TAGGED, &file(&[a("{}"), b.replace("[\"kind\"]", "[\"kind\", \"more\"]")])).len(), 1);
    assert_eq!(said_of_shape(&TAGGED, r#"{"properties": {"kind": {"enum": ["a", "b"]}, "name": {}}}"#), NONE);
    assert_eq!(said_of_shape(&TAGGED, r#"{"properties": {"kinds": {}, "name": {}}}"#).len(), 1);
    let optional = a("{}").replace(r#"["kind", "name"]"#, r#"["kind"]"#);
    let said = said_of_shape(&TAGGED, &file(&[optional.clone(), b.clone()]));
    assert!(said.len() == 1 && said[0].starts_with("`name` may be absent"), "{said:?}");
    let of_both = optional.replace(r#"{"const": "a"}"#, r#"{"enum": ["a", "b"]}"#);
    assert_eq!(said_of_shape(&TAGGED, &file(&[of_both, b.clone()])), NONE, "it may be the other variant's");
    let renamed = [a("{}"), b].map(|variant| variant.replace("kind", "kinds"));
    let said = said_of_shape(&TAGGED, &file(&renamed));
    assert!(said.len() == 1 && said[0].contains("no key `kind`; did you mean `kinds`? Correct `tag`, or"), "{said:?}");
    let said = said_of_shape(&TAGGED, r#"{"oneOf": [{"properties": {"name": {}}}, {"properties": {}}]}"#);
    assert!(said.len() == 1 && said[0].contains("no key `kind`, which tells the variants apart: correct"), "{said:?}");
    assert_eq!(said_of_shape(&TAGGED, r#"{"oneOf": [{"patternProperties": {}, "properties": {}}]}"#), NONE);
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
    assert!(self::said(&[NAME], "{\"éè\" 1}")[0].contains("line 1, column 7: expected `:`"));
}

#[test]
fn a_file_that_refers_to_itself_is_read_all_the_same() {
    const TAGGED: Shape = Shape::Tagged(&TaggedShape {
        name: "",
        description: "",
        tag: "name",
        names: &["a"],
        variants: &[ObjectShape { fields: &[NAME], ..ObjectShape::EMPTY }],
    });
    let text = r##"{"$ref": "#", "anyOf": [{"$ref": "#"}, {"$ref": "#"}], "properties": {"name": {"$ref": "#/properties/name"}}}"##;
    assert_eq!(said(&[NAME], text).len(), 1, "not required");
    assert_eq!(said(&[NAME], r##"{"properties": {"other": {}}, "allOf": [{"$ref": "#"}]}"##).len(), 1, "not there");
    for text in [
        r##"{"$ref": "#"}"##,
        r##"{"oneOf": [{"$ref": "#"}]}"##,
        r##"{"allOf": [{"$ref": "#"}, {"$ref": "#"}]}"##,
        r##"{"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}"##,
    ] {
        assert_eq!(said(&[NAME], text), NONE, "{text}");
        assert_eq!(said_of_shape(&TAGGED, text), NONE, "{text}");
        let tagged = text.replacen('{', r#"{"properties": {"name": {"const": "a"}}, "#, 1);
        assert_eq!(said_of_shape(&TAGGED, &tagged), NONE, "{tagged}");
    }
}

#[test]
fn a_required_key_that_is_refused_is_told_once() {
    const REST: FieldShape =
        FieldShape { placement: Placement::Flattened, shape: Shape::Map(&Shape::Any), ..FieldShape::PLAIN };
    const PORTS: FieldShape = FieldShape { keys: &["nr", "port"], ..NAME };
    let object = ObjectShape { fields: &[NAME], unknown: Unknown::Denied, ..ObjectShape::EMPTY };
    let file = |required: &str| {
        format!(r#"{{"required": [{required}], "properties": {{"name": {{}}, "names": {{}}, "more": {{}}}}}}"#)
    };
    assert_eq!(said_of_object(object, &file(r#""name""#)), NONE);
    for required in [r#""name", "more""#, r#""more", "name""#, r#""name", "names""#] {
        let said = said_of_object(object, &file(required));
        assert!(said.len() == 1 && said[0].contains("`deny_unknown_fields` refuses"), "{required}: {said:?}");
    }
    assert_eq!(said(&[NAME], &file(r#""name", "more""#)), NONE, "it is ignored");
    let open = ObjectShape { fields: &[NAME, REST], ..object };
    assert_eq!(said_of_object(open, &file(r#""name", "more""#)), NONE, "it is read");
    // The near miss of a field is told of by the field.
    let near = ObjectShape { fields: &[NAME, PORTS], ..object };
    let said = said_of_object(near, r#"{"required": ["name", "ports"], "properties": {"name": {}, "ports": {}}}"#);
    assert!(said.len() == 1 && said[0].contains("no key `nr`; did you mean `ports`?"), "{said:?}");
}

#[test]
fn each_field_has_a_message_of_its_own() {
    const TEXT: &str = r#"{"properties": {"name": {}, "b": {"type": "array"}}, "required": ["name", "b", "more"]}"#;
    const B: FieldShape = FieldShape { keys: &["b"], ..NAME };
    const C: FieldShape = FieldShape { keys: &["c"], ..NAME };
    const STRUCT: Shape =
        Shape::Object(&ObjectShape { fields: &[NAME, B, C], unknown: Unknown::Denied, ..ObjectShape::EMPTY });
    const CONTRACT: &Contract<{ capacity(TEXT) }, 3> = &Contract::new("file.json", TEXT, &STRUCT);
    const BROKEN: &Contract<{ capacity("{") }, 1> = &Contract::new("file.json", "{", &INNER);
    const FINE: &str = r#"{"properties": {"name": {}}, "required": ["name"]}"#;
    const FITTING: &Contract<{ capacity(FINE) }, 1> = &Contract::new("file.json", FINE, &INNER);
    let said = [0, 1, 2].map(|field| panic_of(|| CONTRACT.check_field(field)));
    assert_eq!(said[0], "");
    assert!(said[1].starts_with("`b`: expected a string, but file.json says an array"), "{said:?}");
    assert!(said[2].starts_with("file.json has no key `c`"), "{said:?}");
    assert!(panic_of(|| CONTRACT.check()).starts_with("file.json requires the key `more`"));

    assert_eq!(panic_of(|| BROKEN.check_field(0)), "", "told once");
    assert!(panic_of(|| BROKEN.check()).starts_with("file.json is not JSON: line 1, column 2"));

    FITTING.check();
    FITTING.check_field(0);
}

/// What it panics with; nothing if it does not.
fn panic_of(check: impl FnOnce() + std::panic::UnwindSafe) -> String {
    match std::panic::catch_unwind(check) {
        Ok(()) => String::new(),
        Err(payload) => *payload.downcast::<String>().expect("a message"),
    }
}

#[test]
fn types_and_schemas_are_followed_to_a_depth() {
    const TAGGED: TaggedShape = TaggedShape { name: "", description: "", tag: "t", names: &["v"], variants: &[] };
    type Nest = fn(&'static Shape) -> Shape;
    type Wrap = fn(&str) -> String;
    let kinds: [(Nest, Wrap); 6] = [
        (|item| Shape::Array(item), |schema| format!(r#"{{"items": {schema}}}"#)),
        (|item| Shape::Map(item), |schema| format!(r#"{{"additionalProperties": {schema}}}"#)),
        (|item| Shape::Map(item), |schema| format!(r#"{{"properties": {{"k": {schema}}}}}"#)),
        (|inner| Shape::Embedded(inner), |schema| format!(r#"{{"contentSchema": {schema}}}"#)),
        (
            |shape| {
                let fields = vec![FieldShape { keys: &["k"], shape: *shape, ..FieldShape::PLAIN }].leak();
                Shape::Object(Box::leak(Box::new(ObjectShape { fields, ..ObjectShape::EMPTY })))
            },
            |schema| format!(r#"{{"properties": {{"k": {schema}}}, "required": ["k"]}}"#),
        ),
        (
            |shape| {
                let tag = FieldShape { keys: &["t"], shape: Shape::Names(&["v"]), ..FieldShape::PLAIN };
                let fields = vec![tag, FieldShape { keys: &["k"], shape: *shape, ..FieldShape::PLAIN }].leak();
                let variants = vec![ObjectShape { fields, ..ObjectShape::EMPTY }].leak();
                Shape::Tagged(Box::leak(Box::new(TaggedShape { variants, ..TAGGED })))
            },
            |schema| format!(r#"{{"properties": {{"t": {{"const": "v"}}, "k": {schema}}}, "required": ["k", "t"]}}"#),
        ),
    ];
    for (nest, wrap) in kinds {
        let said_at = |depth: usize| {
            let (mut shape, mut schema) = (Shape::String, r#"{"type": "array"}"#.to_owned());
            for _ in 0..depth {
                shape = nest(Box::leak(Box::new(shape)));
                schema = wrap(&schema);
            }
            let fields = vec![FieldShape { keys: &["x"], shape, ..FieldShape::PLAIN }].leak();
            said(fields, &format!(r#"{{"properties": {{"x": {schema}}}, "required": ["x"]}}"#))
        };
        assert_eq!(said_at(DEEPEST_TYPE).len(), 1, "{}", wrap("{}"));
        assert_eq!(said_at(DEEPEST_TYPE + 1), NONE, "{}", wrap("{}"));
    }
}

#[test]
fn flattened_structs_are_followed_to_a_depth() {
    const REST: FieldShape =
        FieldShape { placement: Placement::Flattened, shape: Shape::Map(&PORT), ..FieldShape::PLAIN };
    let said_at = |depth: usize, mut field: FieldShape| {
        for _ in 0..depth {
            let object = Box::leak(Box::new(ObjectShape { fields: vec![field].leak(), ..ObjectShape::EMPTY }));
            let placement = Placement::Flattened;
            field = FieldShape { placement, shape: Shape::Object(object), ..FieldShape::PLAIN };
        }
        said(vec![field].leak(), r#"{"properties": {"name": {"type": "array"}}, "required": ["name"]}"#)
    };
    for field in [NAME, REST] {
        assert_eq!(said_at(DEEPEST_TYPE - 1, field).len(), 1, "{field:?}");
        assert_eq!(said_at(DEEPEST_TYPE + 1, field), NONE, "{field:?}");
    }
}

#[test]
fn references_are_followed_to_a_depth() {
    let wrapped = |times: usize, schema: &str| {
        (0..times).fold(schema.to_owned(), |schema, _| format!(r#"{{"allOf": [{schema}]}}"#))
    };
    let names = of(Shape::Names(&["a"]));
    let cases = [
        (of(Shape::String), r#"{"type": "array"}"#),
        (of(Shape::String), r#"{"type": ["string", "null"]}"#),
        (names, r#"{"enum": ["a", "b"]}"#),
        (STRICT_PORT, r#"{"type": "integer", "minimum": 65536}"#),
        (of(Shape::Array(&PORT)), r#"{"items": {"type": "array"}}"#),
        (of(INNER), r#"{"properties": {"other": {}}}"#),
    ];
    for (field, property) in cases {
        let said_at = |times: usize| said_of_key("x", &field, property, &wrapped(times, property));
        assert_eq!(said_at(DEEPEST - 1).len(), 1, "{property}");
        assert_eq!(said_at(DEEPEST + 1), NONE, "{property}");
    }
    let denied = ObjectShape { fields: &[NAME], unknown: Unknown::Denied, ..ObjectShape::EMPTY };
    let whole = r#"{"required": ["name", "more"], "properties": {"name": {}, "more": {}}}"#;
    let shape: &'static Shape = Box::leak(Box::new(Shape::Object(Box::leak(Box::new(denied)))));
    assert_eq!(problems_of(shape, &wrapped(DEEPEST - 1, whole)).len(), 1);
    assert_eq!(problems_of(shape, &wrapped(DEEPEST + 1, whole)), NONE);
}

#[test]
fn an_empty_list_has_nothing_in_it() {
    const EMPTY: FieldShape = FieldShape { keys: &[""], ..NAME };
    assert_eq!(said(&[NAME], r#"{"required": [], "properties": {"name": {}}}"#).len(), 1);
    assert_eq!(said(&[NAME], r#"{"properties": {}, "required": ["name"]}"#), NONE, "it is there, and may be anything");
    assert_eq!(said_of(&of(Shape::String), r#"{"allOf": [], "anyOf": [], "type": "array"}"#).len(), 1);
    let said = said(&[EMPTY], r#"{"properties": [{}]}"#);
    assert!(said.len() == 1 && said[0].contains("has no key"), "{said:?}");
}

#[test]
fn keys_of_alternatives_are_compared_where_they_are() {
    const MAYBE: FieldShape = FieldShape { absence: Absence::Default, ..NAME };
    let a = r#"{"properties": {"a": {}}}"#;
    let name = r#"{"properties": {"name": {"type": "array"}}}"#;
    for text in [
        format!(r#"{{"anyOf": [{name}, {a}]}}"#),
        format!(r#"{{"oneOf": [{a}, {a}, {name}]}}"#),
        format!(r#"{{"allOf": [{a}, {{}}], "anyOf": [{name}, {a}]}}"#),
        format!(r#"{{"allOf": [{a}], "anyOf": [{a}, {name}]}}"#),
        format!(r#"{{"allOf": [{a}, {name}], "anyOf": [{a}, {a}]}}"#),
    ] {
        let said = said(&[MAYBE], &text);
        assert!(said.len() == 1 && said[0].starts_with("`name`: expected a string"), "{text}: {said:?}");
    }
    let in_each = r#"{"anyOf": [{"required": ["name", "a"]}, {"required": ["name"]}], "properties": {"name": {}}}"#;
    assert_eq!(said(&[NAME], in_each), NONE);
    assert_eq!(said(&[NAME], &in_each.replace(r#"["name"]"#, r#"["a"]"#)).len(), 1);
}

#[test]
fn a_name_that_begins_as_another_is_another() {
    const LONG: FieldShape = FieldShape { keys: &["key_with_17_chars"], ..NAME };
    for other in ["key_with_17_char", "key_with_17_chart", "key_with_17_chars_", "key_with_17_chars2"] {
        let of = |property: &str, required: &str| {
            let properties = format!(r#"{{"{property}": {{"type": "string"}}}}"#);
            said(&[LONG], &format!(r#"{{"properties": {properties}, "required": ["{required}"]}}"#))
        };
        let said = of("key_with_17_chars", other);
        assert!(said.len() == 1 && said[0].starts_with("`key_with_17_chars` may be absent"), "{other}: {said:?}");
        let said = of(other, other);
        assert!(said.len() == 1 && said[0].starts_with("file.json has no key `key_with_17_chars`"), "{said:?}");
    }
}

#[test]
fn fields_of_variants_are_counted_one_after_the_other() {
    const fn tag() -> FieldShape {
        FieldShape { keys: &["t"], shape: Shape::Names(&["v"]), ..FieldShape::PLAIN }
    }
    const fn field(keys: &'static [&'static str]) -> FieldShape {
        FieldShape { keys, ..NAME }
    }
    const fn variant(fields: &'static [FieldShape]) -> ObjectShape {
        ObjectShape { fields, ..ObjectShape::EMPTY }
    }
    const SHAPE: Shape = Shape::Tagged(&TaggedShape {
        name: "",
        description: "",
        tag: "t",
        names: &["a", "b", "c", "d"],
        variants: &[
            variant(&[tag(), field(&["a1"])]),
            variant(&[tag()]),
            variant(&[tag(), field(&["c1"]), field(&["c2"]), field(&["c3"])]),
            variant(&[tag(), field(&["d1"])]),
        ],
    });
    const FILE: &str = r#"{"properties": {
        "t": {}, "a1": {"type": "array"}, "c1": {"type": "array"}, "c2": {"type": "array"}, "c3": {"type": "array"},
        "d1": {"type": "array"}
    }}"#;
    let said = problems_of(&SHAPE, FILE);
    let of: Vec<_> = said.iter().map(|said| said.split(':').next().expect("its beginning")).collect();
    assert_eq!(of, ["`a1`", "`c1`", "`c2`", "`c3`", "`d1`"]);
}
