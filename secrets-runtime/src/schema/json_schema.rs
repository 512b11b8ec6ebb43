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
mod tests;
