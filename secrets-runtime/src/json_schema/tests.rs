//! The schema for each shape.

use super::*;
use secrets_shape::number::Integer;

const PORT: Shape = Shape::integer(0, 65535);

const OBJECT: Shape = Shape::Object(&ObjectShape {
    name: "Db",
    description: "A \"quoted\"\nline.",
    fields: &[
        FieldShape {
            keys: &["username", "user"],
            shape: Shape::String,
            rules: &[Rule::Length { min: Some(2), max: None }],
            ..FieldShape::PLAIN
        },
        FieldShape {
            keys: &["port"],
            description: "Where.",
            shape: PORT,
            rules: &[Rule::Range { min: Some(Bound::Integer(Integer::Signed(1))), max: None }],
            absence: Absence::Default,
            coercion: Coercion::None,
            exposure: Exposure::Public,
            ..FieldShape::PLAIN
        },
    ],
    unknown: Unknown::Denied,
});

#[test]
fn a_shape_is_written_as_json_schema() {
    assert_eq!(
        document(&OBJECT, Format::Json),
        concat!(
            r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Db","#,
            r#""description":"A \"quoted\"\nline.","type":"object","properties":{"#,
            r#""username":{"writeOnly":true,"type":"string","minLength":2},"#,
            r#""user":{"writeOnly":true,"type":"string","minLength":2},"#,
            r#""port":{"description":"Where.","anyOf":[{"type":"integer","minimum":1,"maximum":65535},{"type":"null"}]}},"#,
            r#""required":[],"allOf":[{"oneOf":[{"required":["username"]},{"required":["user"]}]}],"#,
            r#""additionalProperties":false}"#,
        )
    );
}

fn written(shape: &Shape, rules: &'static [Rule], coercion: Coercion) -> String {
    schema(shape, rules, coercion)
}

const fn range(min: Option<Bound>, max: Option<Bound>) -> Rule {
    Rule::Range { min, max }
}

const fn pattern(written: &'static str) -> Rule {
    Rule::Pattern { written, rust: written }
}

const fn length(min: Option<u64>, max: Option<u64>) -> Rule {
    Rule::Length { min, max }
}

#[test]
fn each_shape_says_its_rules() {
    const ENDS: &[Rule] =
        &[range(Some(Bound::Integer(Integer::Signed(-3))), Some(Bound::Float(0.5))), length(None, None)];
    const HIGH: &[Rule] = &[range(None, Some(Bound::Integer(Integer::Signed(0))))];
    const NARROW: &[Rule] = &[
        pattern("x"),
        range(Some(Bound::Integer(Integer::Signed(-9))), Some(Bound::Integer(Integer::Signed(10_000)))),
        range(Some(Bound::Integer(Integer::Signed(10))), Some(Bound::Integer(Integer::Signed(99_999)))),
    ];
    const EACH: &[Rule] = &[length(Some(1), Some(2)), Rule::Each(&[length(Some(3), Some(4))])];
    const TEXT: &[Rule] = &[pattern("^\\d"), length(Some(1), Some(9)), Rule::OneOf(&["a", "b", "c"])];
    const BYTES: &[Rule] = &[length(Some(4), Some(8))];
    let cases: [(Shape, &'static [Rule], &str); 20] = [
        (Shape::String, TEXT, r#"{"type":"string","minLength":1,"maxLength":9,"pattern":"^\\d","enum":["a","b","c"]}"#),
        (Shape::Parsed("u8", FromNumber::Never), TEXT, r#"{"type":"string"}"#),
        (Shape::Bytes(Encoding::Hex), BYTES, r#"{"type":"string","pattern":"HEX","minLength":8,"maxLength":16}"#),
        (Shape::Parsed("u8", FromNumber::Read), TEXT, r#"{"type":["string","integer"]}"#),
        (Shape::Duration, TEXT, r#"{"type":"string","pattern":"^(?:[0-9]+[smhd])+$"}"#),
        (
            Shape::Bytes(Encoding::Base64(Base64Form::default())),
            BYTES,
            r#"{"type":"string","contentEncoding":"base64","pattern":"BASE64"}"#,
        ),
        (Shape::Names(&["on", "off", "\u{1f}"]), &[], r#"{"enum":["on","off","\u001f"]}"#),
        (Shape::Boolean, &[], r#"{"type":"boolean"}"#),
        (Shape::Any, &[], "{}"),
        (PORT, NARROW, r#"{"type":"integer","minimum":10,"maximum":10000}"#),
        (Shape::integer(-128, 127), &[], r#"{"type":"integer","minimum":-128,"maximum":127}"#),
        (Shape::Float(Precision::Double), ENDS, r#"{"type":"number","minimum":-3,"maximum":0.5}"#),
        (
            Shape::Float(Precision::Single),
            HIGH,
            r#"{"type":"number","exclusiveMinimum":-OVER,"exclusiveMaximum":OVER,"maximum":0}"#,
        ),
        (
            Shape::Array(&Shape::String),
            EACH,
            r#"{"type":"array","items":{"type":"string","minLength":3,"maxLength":4},"minItems":1,"maxItems":2}"#,
        ),
        (
            Shape::map(&Shape::String),
            EACH,
            r#"{"type":"object","additionalProperties":{"type":"string","minLength":3,"maxLength":4},"minProperties":1,"maxProperties":2}"#,
        ),
        (
            Shape::Map { keys: &PORT, item: &Shape::Boolean },
            &[],
            r#"{"type":"object","additionalProperties":{"type":"boolean"},"propertyNames":{"pattern":"^-?(?:0|[1-9][0-9]*)$"}}"#,
        ),
        (
            Shape::Set(&Shape::Boolean),
            EACH,
            r#"{"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":2,"uniqueItems":true}"#,
        ),
        (
            Shape::Tuple(&[Shape::Boolean, Shape::String]),
            &[],
            r#"{"type":"array","prefixItems":[{"type":"boolean"},{"type":"string"}],"minItems":2,"maxItems":2}"#,
        ),
        (
            Shape::Integer { min: Integer::Signed(-1), max: Integer::MAX, has_zero: false },
            &[],
            r#"{"type":"integer","minimum":-1,"maximum":340282366920938463463374607431768211455,"not":{"const":0}}"#,
        ),
        (
            Shape::Optional(&Shape::Embedded(&PORT)),
            &[],
            r#"{"anyOf":[{"type":"string","contentMediaType":"application/json","contentSchema":{"type":"integer","minimum":0,"maximum":65535}},{"type":"null"}]}"#,
        ),
    ];
    for (shape, rules, expected) in cases {
        let expected = expected
            .replace("HEX", HEX)
            .replace("BASE64", &base64(Base64Form::default()))
            .replace("OVER", SINGLE_OVERFLOW);
        assert_eq!(written(&shape, rules, Coercion::None), expected, "{shape:?}");
    }
}

#[test]
fn a_string_that_spells_a_value_is_allowed_where_it_is_read() {
    let coerced = |shape: Shape| written(&shape, &[], Coercion::FromString);
    let spelled = |pattern: &str| format!(r#"{{"type":"string","pattern":{}}}]}}"#, serde_json::json!(pattern));
    assert_eq!(coerced(Shape::Boolean), r#"{"enum":[true,false,"true","false"]}"#);
    let integer = r#"{"anyOf":[{"type":"integer","minimum":0,"maximum":65535},"#.to_owned();
    assert_eq!(coerced(PORT), integer + &spelled(INTEGER));
    let float = r#"{"anyOf":[{"type":"number"},"#.to_owned();
    assert_eq!(coerced(Shape::Float(Precision::Double)), float + &spelled(NUMBER));
}

#[test]
fn a_newtype_is_what_it_holds_and_in_a_field_does_not_read_absence() {
    const STRICT: FieldShape = FieldShape { shape: PORT, coercion: Coercion::None, ..FieldShape::PLAIN };
    const PERHAPS: FieldShape = FieldShape { shape: Shape::Optional(&PORT), ..STRICT };
    const FIELD: FieldShape =
        FieldShape { shape: Shape::Newtype(&PERHAPS), exposure: Exposure::Public, ..FieldShape::PLAIN };
    const PORT_ALONE: &str = r#"{"type":"integer","minimum":0,"maximum":65535}"#;
    let schema = |field| written(&Shape::Newtype(field), &[], Coercion::FromString);
    assert_eq!(schema(&STRICT), PORT_ALONE);
    assert_eq!(schema(&PERHAPS), format!(r#"{{"anyOf":[{PORT_ALONE},{{"type":"null"}}]}}"#));
    assert_eq!(of_field(&FIELD), PORT_ALONE);
}

const fn flat(shape: Shape) -> FieldShape {
    FieldShape { shape, placement: Placement::Flattened, exposure: Exposure::Public, ..FieldShape::PLAIN }
}

const fn keyed(keys: &'static [&'static str], shape: Shape, absence: Absence) -> FieldShape {
    FieldShape { keys, shape, absence, exposure: Exposure::Public, ..FieldShape::PLAIN }
}

#[test]
fn what_is_flattened_has_its_keys_and_its_rest_in_the_object() {
    const INNER: ObjectShape = ObjectShape {
        fields: &[
            keyed(&["b"], Shape::String, Absence::OfType),
            keyed(&["c", "d"], Shape::String, Absence::Default),
            flat(Shape::map(&Shape::String)),
        ],
        ..ObjectShape::EMPTY
    };
    const OUTER: Shape = Shape::Object(&ObjectShape {
        fields: &[
            keyed(&["a"], Shape::String, Absence::OfType),
            flat(Shape::Object(&INNER)),
            keyed(&["e"], Shape::Any, Absence::OfType),
            keyed(&["f"], Shape::Embedded(&Shape::Optional(&Shape::String)), Absence::OfType),
            keyed(&["g"], Shape::Optional(&Shape::String), Absence::Default),
            keyed(&["h"], Shape::Embedded(&Shape::String), Absence::OfType),
        ],
        unknown: Unknown::Denied,
        ..ObjectShape::EMPTY
    });
    let embedded = r#"{"type":"string","contentMediaType":"application/json","contentSchema":{"anyOf":[{"type":"string"},{"type":"null"}]}}"#;
    let default = r#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#;
    assert_eq!(
        written(&OUTER, &[], Coercion::None),
        [
            r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"},"c":"#,
            default,
            r#","d":"#,
            default,
            r#","e":{},"f":{"anyOf":["#,
            embedded,
            r#",{"type":"null"}]},"g":"#,
            default,
            r#","h":{"type":"string","contentMediaType":"application/json","contentSchema":{"type":"string"}}},"#,
            r#""required":["a","b","h"],"#,
            r#""allOf":[{"oneOf":[{"not":{"anyOf":[{"required":["c"]},{"required":["d"]}]}},"#,
            r#"{"required":["c"]},{"required":["d"]}]}],"additionalProperties":{"type":"string"}}"#,
        ]
        .concat()
    );
}

#[test]
fn each_variant_of_a_tagged_enum_is_an_object() {
    const TAG: FieldShape = keyed(&["engine"], Shape::Names(&["a"]), Absence::OfType);
    const ONE: ObjectShape = ObjectShape { name: "A", description: "First.", fields: &[TAG], ..ObjectShape::EMPTY };
    const OTHER: ObjectShape = ObjectShape { name: "B", description: "", ..ONE };
    const TAGGED: Shape = Shape::Tagged(&TaggedShape {
        name: "Engine",
        description: "",
        tag: "engine",
        names: &["a", "b"],
        variants: &[ONE, OTHER],
    });
    let rest = r#""type":"object","properties":{"engine":{"enum":["a"]}},"required":["engine"]}"#;
    let variants = [r#"{"oneOf":[{"title":"A","description":"First.","#, rest, r#",{"title":"B","#, rest, "]}"];
    assert_eq!(written(&TAGGED, &[], Coercion::None), variants.concat());
    let whole = document(&TAGGED, Format::Json);
    assert!(whole.contains(r#""title":"Engine","oneOf":["#), "{whole}");
    assert!(!document(&Shape::String, Format::Json).contains("title"));
}
