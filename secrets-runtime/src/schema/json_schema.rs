//! JSON Schema (2020-12) from a [`Shape`].
//!
//! A document is valid under the schema if and only if it decodes, over documents with unique keys and numbers that a JSON
//! parser holds exactly. What JSON Schema cannot say is left open, and the schema accepts more than the decoder: what
//! `validate`, `custom`, `from_str`, `serde` and `json` refuse; whether a key that `serde` reads may be absent; the range of a
//! number that is spelled as a string; the number of bytes behind `base64`; the length of a flattened map.
//!
//! Every function here is `const` and an ordinary one: the derive evaluates them at compile time, tests call them.

use super::writer::{Descriptions, Writer};
use super::{
    Absence, Bound, Coercion, Encoding, Exposure, FieldShape, ObjectShape, Placement, Precision, Rule, Shape,
    TaggedShape, Unknown, rules_of_items,
};

/// The schema of a whole secret.
pub(crate) fn document(shape: &Shape) -> String {
    let mut counter = Writer::new(&mut []);
    counter.document(shape, Descriptions::Written);
    let mut bytes = vec![0; counter.length()];
    Writer::new(&mut bytes).document(shape, Descriptions::Written);
    // Nothing but JSON made of `str`s was written.
    String::from_utf8(bytes).unwrap_or_default()
}

/// What an integer may look like in a string.
const INTEGER: &str = "^-?(?:0|[1-9][0-9]*)$";
/// What a number may look like in a string.
const NUMBER: &str = "^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$";
/// Padded base64 whose unused bits are zero.
const BASE64: &str = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";
const HEX: &str = "^(?:[0-9A-Fa-f]{2})*$";
/// Halfway between the largest `f32` and what would follow it: from here on, numbers are rounded to infinity.
const SINGLE_OVERFLOW: &str = "340282356779733661637539395458142568448";

/// Writes what is known when the runtime is compiled.
macro_rules! literal {
    ($writer:expr, $json:expr) => {{
        const TEXT: &str = $json;
        const BYTES: &[u8; TEXT.len()] = TEXT.as_bytes().first_chunk().unwrap();
        $writer.array(BYTES);
    }};
}

/// A secret integer of a type's own bounds, or a string that spells one.
macro_rules! plain_integer {
    ($writer:expr, $min:literal, $max:literal) => {
        literal!(
            $writer,
            concat!(
                r#"{"writeOnly":true,"anyOf":[{"type":"integer","minimum":"#,
                $min,
                r#","maximum":"#,
                $max,
                r#"},{"type":"string","pattern":"^-?(?:0|[1-9][0-9]*)$"}]}"#,
            )
        )
    };
}

impl Writer<'_> {
    pub(super) const fn document(&mut self, shape: &Shape, descriptions: Descriptions) {
        self.descriptions = descriptions;
        literal!(self, r#"{"$schema":"https://json-schema.org/draft/2020-12/schema""#);
        match shape {
            Shape::Object(ObjectShape { name, description, .. })
            | Shape::Tagged(TaggedShape { name, description, .. }) => {
                self.text_member("title", name);
                self.description(description);
            }
            _ => {}
        }
        self.keywords(shape, &[], Coercion::FromString);
        self.close(b'}');
    }

    /// A schema of its own.
    const fn schema(&mut self, shape: &Shape, rules: &'static [Rule], coercion: Coercion) {
        self.open(b'{');
        self.keywords(shape, rules, coercion);
        self.close(b'}');
    }

    /// The keywords that describe a shape, inside an open schema.
    const fn keywords(&mut self, shape: &Shape, rules: &'static [Rule], coercion: Coercion) {
        match shape {
            Shape::String => self.string(rules),
            Shape::Parsed { .. } => self.constant("\"type\":\"string\""),
            Shape::Bytes(encoding) => self.bytes(*encoding, rules),
            Shape::Embedded(inner) => {
                self.constant("\"type\":\"string\"");
                self.text_member("contentMediaType", "application/json");
                self.member("contentSchema");
                self.schema(inner, &[], coercion);
            }
            Shape::Names(names) => self.names(names),
            Shape::Integer { .. } | Shape::Float(_) => self.coerced_number(shape, rules, coercion),
            Shape::Boolean => match coercion {
                Coercion::None => self.text_member("type", "boolean"),
                Coercion::FromString => {
                    self.member("enum");
                    self.put("[true,false,\"true\",\"false\"]");
                }
            },
            Shape::Any => {}
            Shape::Optional(inner) => self.or_null(inner, rules, coercion),
            Shape::Array(item) => {
                self.text_member("type", "array");
                self.member("items");
                self.schema(item, rules_of_items(rules), coercion);
                self.lengths("minItems", "maxItems", rules, 1);
            }
            Shape::Map(item) => {
                self.constant("\"type\":\"object\"");
                self.member("additionalProperties");
                self.schema(item, rules_of_items(rules), coercion);
                self.lengths("minProperties", "maxProperties", rules, 1);
            }
            // A newtype does not read absence, even if what is in it would.
            Shape::Newtype(FieldShape { shape: Shape::Optional(inner), rules, coercion, .. }) => {
                self.keywords(inner, rules, *coercion);
            }
            Shape::Newtype(field) => self.keywords(&field.shape, field.rules, field.coercion),
            Shape::Object(object) => self.object(object),
            Shape::Tagged(tagged) => {
                self.member("oneOf");
                self.open(b'[');
                let mut at = 0;
                while at < tagged.variants.len() {
                    let variant = &tagged.variants[at];
                    self.comma();
                    self.open(b'{');
                    self.text_member("title", variant.name);
                    self.description(variant.description);
                    self.object(variant);
                    self.close(b'}');
                    at += 1;
                }
                self.close(b']');
            }
        }
    }

    /// Members that are known, after a comma if they are not the first.
    const fn constant(&mut self, json: &str) {
        self.comma();
        self.put(json);
    }

    const fn or_null(&mut self, shape: &Shape, rules: &'static [Rule], coercion: Coercion) {
        self.member("anyOf");
        self.open(b'[');
        self.schema(shape, rules, coercion);
        self.put(",{\"type\":\"null\"}]");
    }

    const fn string(&mut self, rules: &[Rule]) {
        self.constant("\"type\":\"string\"");
        self.lengths("minLength", "maxLength", rules, 1);
        let mut at = 0;
        while at < rules.len() {
            match &rules[at] {
                Rule::Pattern(pattern) => self.text_member("pattern", pattern),
                Rule::OneOf(names) => self.names(names),
                _ => {}
            }
            at += 1;
        }
    }

    const fn bytes(&mut self, encoding: Encoding, rules: &[Rule]) {
        self.constant("\"type\":\"string\"");
        match encoding {
            Encoding::Base64 => {
                self.text_member("contentEncoding", "base64");
                self.text_member("pattern", BASE64);
            }
            Encoding::Hex => {
                self.text_member("pattern", HEX);
                self.lengths("minLength", "maxLength", rules, 2);
            }
        }
    }

    const fn names(&mut self, names: &[&str]) {
        self.member("enum");
        self.open(b'[');
        let mut at = 0;
        while at < names.len() {
            self.comma();
            self.text(names[at]);
            at += 1;
        }
        self.close(b']');
    }

    const fn coerced_number(&mut self, shape: &Shape, rules: &[Rule], coercion: Coercion) {
        if let Coercion::None = coercion {
            return self.number(shape, rules);
        }
        self.constant(r#""anyOf":[{"#);
        self.number(shape, rules);
        self.put(r#"},{"type":"string","pattern":"#);
        self.text(if let Shape::Float(_) = shape { NUMBER } else { INTEGER });
        self.put("}]");
    }

    const fn number(&mut self, shape: &Shape, rules: &[Rule]) {
        match shape {
            Shape::Integer { min, max } => {
                self.constant(r#""type":"integer""#);
                let (min, max) = narrowed(*min, *max, rules);
                self.integer_member("minimum", min);
                self.integer_member("maximum", max);
            }
            Shape::Float(precision) => {
                self.text_member("type", "number");
                if let Precision::Single = precision {
                    self.member("exclusiveMinimum");
                    self.byte(b'-');
                    self.put(SINGLE_OVERFLOW);
                    self.member("exclusiveMaximum");
                    self.put(SINGLE_OVERFLOW);
                }
                let mut at = 0;
                while at < rules.len() {
                    if let Rule::Range { min, max } = &rules[at] {
                        self.bound_member("minimum", min.as_ref());
                        self.bound_member("maximum", max.as_ref());
                    }
                    at += 1;
                }
            }
            _ => {}
        }
    }

    const fn object(&mut self, object: &ObjectShape) {
        self.constant(r#""type":"object","properties":{"#);
        self.properties(object);
        self.put(r#"},"required":["#);
        self.required(object);
        // An empty `allOf` is not allowed.
        self.put(r#"],"allOf":[true"#);
        self.spellings(object);
        self.close(b']');
        match rest(object) {
            Some(field) => {
                self.member("additionalProperties");
                self.schema(field.shape.item(), rules_of_items(field.rules), field.coercion);
            }
            None if matches!(object.unknown, Unknown::Denied) => {
                self.member("additionalProperties");
                self.put("false");
            }
            None => {}
        }
    }

    /// Each key of each field, those of flattened structs included.
    const fn properties(&mut self, object: &ObjectShape) {
        let mut at = 0;
        while at < object.fields.len() {
            let field = &object.fields[at];
            if let (Placement::Flattened, Shape::Object(inner)) = (field.placement, &field.shape) {
                self.properties(inner);
            }
            let mut key = 0;
            while key < field.keys.len() {
                self.key(field.keys[key]);
                self.field(field);
                key += 1;
            }
            at += 1;
        }
    }

    const fn field(&mut self, field: &FieldShape) {
        if self.plain_field(field) {
            return;
        }
        self.open(b'{');
        self.description(field.description);
        if let Exposure::Secret = field.exposure {
            self.constant(r#""writeOnly":true"#);
        }
        match (field.absence, &field.shape) {
            (Absence::Default, shape) if !is_optional(shape) => self.or_null(shape, field.rules, field.coercion),
            (_, Shape::Embedded(inner)) if is_optional(inner) => self.or_null(&field.shape, &[], field.coercion),
            (_, shape) => self.keywords(shape, field.rules, field.coercion),
        }
        self.close(b'}');
    }

    /// A field as most are, in one step; whether this is one. It says what the general way says, which a test compares.
    const fn plain_field(&mut self, field: &FieldShape) -> bool {
        if !field.rules.is_empty()
            || !matches!(field.exposure, Exposure::Secret)
            || !matches!(field.absence, Absence::OfType)
            || !matches!(field.coercion, Coercion::FromString)
            || (!field.description.is_empty() && matches!(self.descriptions, Descriptions::Written))
        {
            return false;
        }
        match field.shape {
            Shape::String => literal!(self, r#"{"writeOnly":true,"type":"string"}"#),
            Shape::Optional(Shape::String) => {
                literal!(self, r#"{"writeOnly":true,"anyOf":[{"type":"string"},{"type":"null"}]}"#);
            }
            Shape::Boolean => literal!(self, r#"{"writeOnly":true,"enum":[true,false,"true","false"]}"#),
            Shape::Integer { min, max } => return self.plain_integer(min, max),
            _ => return false,
        }
        true
    }

    /// A function of its own, because compilers look at all constants of a function for each call.
    const fn plain_integer(&mut self, min: i128, max: i128) -> bool {
        match (min, max) {
            (0, 255) => plain_integer!(self, 0, 255),
            (0, 65535) => plain_integer!(self, 0, 65535),
            (0, 4_294_967_295) => plain_integer!(self, 0, 4294967295),
            (0, 18_446_744_073_709_551_615) => plain_integer!(self, 0, 18446744073709551615),
            (-2_147_483_648, 2_147_483_647) => plain_integer!(self, -2147483648, 2147483647),
            (-9_223_372_036_854_775_808, 9_223_372_036_854_775_807) => {
                plain_integer!(self, -9223372036854775808, 9223372036854775807);
            }
            _ => return false,
        }
        true
    }

    /// The keys that have no other spelling and must be there.
    const fn required(&mut self, object: &ObjectShape) {
        let mut at = 0;
        while at < object.fields.len() {
            let field = &object.fields[at];
            match (field.placement, &field.shape) {
                (Placement::Flattened, Shape::Object(inner)) => self.required(inner),
                (Placement::Keyed, _) if is_required(field) && field.keys.len() == 1 => {
                    self.comma();
                    self.text(field.keys[0]);
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// One spelling of each key that has several, or at most one where it may be absent.
    const fn spellings(&mut self, object: &ObjectShape) {
        let mut at = 0;
        while at < object.fields.len() {
            let field = &object.fields[at];
            if let (Placement::Flattened, Shape::Object(inner)) = (field.placement, &field.shape) {
                self.spellings(inner);
            }
            if field.keys.len() > 1 {
                self.put(",{\"oneOf\":[");
                if !is_required(field) {
                    self.put("{\"not\":{\"anyOf\":[");
                    self.each_required(field.keys);
                    self.put("]}},");
                }
                self.each_required(field.keys);
                self.put("]}");
            }
            at += 1;
        }
    }

    const fn each_required(&mut self, keys: &[&str]) {
        let mut at = 0;
        while at < keys.len() {
            self.put(if at == 0 { "{\"required\":[" } else { ",{\"required\":[" });
            self.text(keys[at]);
            self.put("]}");
            at += 1;
        }
    }

    const fn description(&mut self, description: &str) {
        if matches!(self.descriptions, Descriptions::Written) && !description.is_empty() {
            self.text_member("description", description);
        }
    }

    /// A length rule, each unit of which is `scale` characters or items.
    const fn lengths(&mut self, at_least: &str, at_most: &str, rules: &[Rule], scale: i128) {
        let mut at = 0;
        while at < rules.len() {
            if let Rule::Length { min, max } = &rules[at] {
                if let Some(min) = min {
                    self.integer_member(at_least, *min as i128 * scale);
                }
                if let Some(max) = max {
                    self.integer_member(at_most, *max as i128 * scale);
                }
            }
            at += 1;
        }
    }

    const fn bound_member(&mut self, name: &str, bound: Option<&Bound>) {
        match bound {
            Some(Bound::Integer(value)) => self.integer_member(name, *value),
            Some(Bound::Float(_, spelled)) => {
                self.member(name);
                self.put(spelled);
            }
            None => {}
        }
    }
}

/// Whether a value of this shape may be absent or `null`.
pub(super) const fn is_optional(shape: &Shape) -> bool {
    match shape {
        Shape::Optional(_) | Shape::Any => true,
        Shape::Embedded(inner) => is_optional(inner),
        _ => false,
    }
}

pub(super) const fn is_required(field: &FieldShape) -> bool {
    matches!(field.absence, Absence::OfType) && !is_optional(&field.shape)
}

/// The map that takes the keys which nobody else reads.
pub(super) const fn rest(object: &ObjectShape) -> Option<&FieldShape> {
    let mut at = 0;
    while at < object.fields.len() {
        let field = &object.fields[at];
        match (field.placement, &field.shape) {
            (Placement::Flattened, Shape::Object(inner)) => {
                if let Some(field) = rest(inner) {
                    return Some(field);
                }
            }
            (Placement::Flattened, _) => return Some(field),
            (Placement::Keyed, _) => {}
        }
        at += 1;
    }
    None
}

/// A type's own bounds, tightened by every range that the rules give.
pub(super) const fn narrowed(mut min: i128, mut max: i128, rules: &[Rule]) -> (i128, i128) {
    let mut at = 0;
    while at < rules.len() {
        if let Rule::Range { min: low, max: high } = &rules[at] {
            if let Some(Bound::Integer(low)) = low
                && *low > min
            {
                min = *low;
            }
            if let Some(Bound::Integer(high)) = high
                && *high < max
            {
                max = *high;
            }
        }
        at += 1;
    }
    (min, max)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: Shape = Shape::Integer { min: 0, max: 65535 };

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
                rules: &[Rule::Range { min: Some(Bound::Integer(1)), max: None }],
                absence: Absence::Default,
                coercion: Coercion::None,
                exposure: Exposure::Public,
                ..FieldShape::PLAIN
            },
        ],
        unknown: Unknown::Denied,
    });

    #[test]
    fn a_plain_field_is_written_as_any_other() {
        let integers = [
            (0, u8::MAX.into()),
            (0, u16::MAX.into()),
            (0, u32::MAX.into()),
            (0, u64::MAX.into()),
            (i32::MIN.into(), i32::MAX.into()),
            (i64::MIN.into(), i64::MAX.into()),
            (-1, 1),
        ];
        let integers = integers.map(|(min, max)| Shape::Integer { min, max });
        let others = [Shape::String, Shape::Boolean, Shape::Optional(&Shape::String), Shape::Any];
        for shape in integers.into_iter().chain(others) {
            let written = |field: &FieldShape| {
                let mut buffer = [0; 256];
                let mut writer = Writer::new(&mut buffer);
                writer.field(field);
                let length = writer.length();
                str::from_utf8(&buffer[..length]).expect("made of strings").to_owned()
            };
            let plain = FieldShape { shape, ..FieldShape::PLAIN };
            // A rule that asks nothing of any shape.
            let general = FieldShape { rules: &[Rule::Length { min: None, max: None }], ..plain };
            assert_eq!(written(&plain), written(&general));
        }
    }

    #[test]
    fn a_shape_is_written_as_json_schema() {
        assert_eq!(
            document(&OBJECT),
            concat!(
                r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Db","#,
                r#""description":"A \"quoted\"\u000aline.","type":"object","properties":{"#,
                r#""username":{"writeOnly":true,"type":"string","minLength":2},"#,
                r#""user":{"writeOnly":true,"type":"string","minLength":2},"#,
                r#""port":{"description":"Where.","anyOf":[{"type":"integer","minimum":1,"maximum":65535},{"type":"null"}]}},"#,
                r#""required":[],"allOf":[true,{"oneOf":[{"required":["username"]},{"required":["user"]}]}],"#,
                r#""additionalProperties":false}"#,
            )
        );
    }

    fn written(shape: &Shape, rules: &'static [Rule], coercion: Coercion) -> String {
        let mut bytes = [0; 1024];
        let mut writer = Writer::new(&mut bytes);
        writer.schema(shape, rules, coercion);
        let length = writer.length();
        String::from_utf8(bytes[..length].to_vec()).expect("text")
    }

    const fn range(min: Option<Bound>, max: Option<Bound>) -> Rule {
        Rule::Range { min, max }
    }

    const fn length(min: Option<u64>, max: Option<u64>) -> Rule {
        Rule::Length { min, max }
    }

    #[test]
    fn each_shape_says_its_rules() {
        const ENDS: &[Rule] = &[range(Some(Bound::Integer(-3)), Some(Bound::Float(0.5, "0.5"))), length(None, None)];
        const HIGH: &[Rule] = &[range(None, Some(Bound::Integer(0)))];
        const NARROW: &[Rule] = &[
            Rule::Pattern("x"),
            range(Some(Bound::Integer(-9)), Some(Bound::Integer(10_000))),
            range(Some(Bound::Integer(10)), Some(Bound::Integer(99_999))),
        ];
        const EACH: &[Rule] = &[length(Some(1), Some(2)), Rule::Each(&[length(Some(3), Some(4))])];
        const TEXT: &[Rule] = &[Rule::Pattern("^\\d"), length(Some(1), Some(9)), Rule::OneOf(&["a", "b", "c"])];
        const BYTES: &[Rule] = &[length(Some(4), Some(8))];
        let cases: [(Shape, &'static [Rule], &str); 14] = [
            (
                Shape::String,
                TEXT,
                r#"{"type":"string","minLength":1,"maxLength":9,"pattern":"^\\d","enum":["a","b","c"]}"#,
            ),
            (Shape::Parsed { type_name: std::any::type_name::<u8> }, TEXT, r#"{"type":"string"}"#),
            (Shape::Bytes(Encoding::Hex), BYTES, r#"{"type":"string","pattern":"HEX","minLength":8,"maxLength":16}"#),
            (
                Shape::Bytes(Encoding::Base64),
                BYTES,
                r#"{"type":"string","contentEncoding":"base64","pattern":"BASE64"}"#,
            ),
            (Shape::Names(&["on", "off", "\u{1f}"]), &[], r#"{"enum":["on","off","\u001f"]}"#),
            (Shape::Boolean, &[], r#"{"type":"boolean"}"#),
            (Shape::Any, &[], "{}"),
            (PORT, NARROW, r#"{"type":"integer","minimum":10,"maximum":10000}"#),
            (Shape::Integer { min: -128, max: 127 }, &[], r#"{"type":"integer","minimum":-128,"maximum":127}"#),
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
                Shape::Map(&Shape::String),
                EACH,
                r#"{"type":"object","additionalProperties":{"type":"string","minLength":3,"maxLength":4},"minProperties":1,"maxProperties":2}"#,
            ),
            (
                Shape::Optional(&Shape::Embedded(&PORT)),
                &[],
                r#"{"anyOf":[{"type":"string","contentMediaType":"application/json","contentSchema":{"type":"integer","minimum":0,"maximum":65535}},{"type":"null"}]}"#,
            ),
        ];
        for (shape, rules, expected) in cases {
            let expected = expected.replace("HEX", HEX).replace("BASE64", BASE64).replace("OVER", SINGLE_OVERFLOW);
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
    fn a_newtype_is_what_it_holds_and_does_not_read_absence() {
        const STRICT: FieldShape = FieldShape { shape: PORT, coercion: Coercion::None, ..FieldShape::PLAIN };
        const PERHAPS: FieldShape = FieldShape { shape: Shape::Optional(&PORT), ..STRICT };
        for field in [&STRICT, &PERHAPS] {
            let schema = written(&Shape::Newtype(field), &[], Coercion::FromString);
            assert_eq!(schema, r#"{"type":"integer","minimum":0,"maximum":65535}"#);
        }
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
                flat(Shape::Map(&Shape::String)),
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
                r#""allOf":[true,{"oneOf":[{"not":{"anyOf":[{"required":["c"]},{"required":["d"]}]}},"#,
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
        let rest = r#""type":"object","properties":{"engine":{"enum":["a"]}},"required":["engine"],"allOf":[true]}"#;
        let variants = [r#"{"oneOf":[{"title":"A","description":"First.","#, rest, r#",{"title":"B","#, rest, "]}"];
        assert_eq!(written(&TAGGED, &[], Coercion::None), variants.concat());
        let whole = document(&TAGGED);
        assert!(whole.contains(r#""title":"Engine","oneOf":["#), "{whole}");
        assert!(!document(&Shape::String).contains("title"));
    }
}
