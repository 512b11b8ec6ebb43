//! JSON Schema (2020-12) from a [`Shape`].
//!
//! If the keys are unique and a JSON parser can hold the numbers exactly, a document is valid under the schema if and
//! only if it decodes. The schema accepts more than the decoder only where JSON Schema cannot express a check: what
//! `validate`, `custom`, `from_str`, `serde` and `json` refuse; whether a key that `serde` reads may be absent; the
//! range of a number that is spelled as a string, and what it is a multiple of; the number of bytes behind `base64`;
//! the length of a flattened map.

use secrets_shape::rule::{Bound, Rule, narrowed, rules_of_items};
use secrets_shape::shape::{
    Absence, Base64Form, Coercion, Encoding, Exposure, FieldShape, FromNumber, ObjectShape, Placement, Precision,
    Shape, TaggedShape, Telling, Unknown, VariantsShape,
};
use secrets_shape::wire::Format;
use serde_json::Value;

/// An integer in a string.
const INTEGER: &str = "^-?(?:0|[1-9][0-9]*)$";
/// A number in a string.
const NUMBER: &str = "^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$";
/// Each number has a unit. The schema does not limit its size.
const DURATION: &str = "^(?:[0-9]+[smhd])+$";
const HEX: &str = "^(?:[0-9A-Fa-f]{2})*$";
/// Halfway between the largest `f32` and the next value after it: from here on, numbers round to infinity.
const SINGLE_OVERFLOW: &str = "340282356779733661637539395458142568448";

/// The members of a JSON object, in the order in which they are written. `serde_json`'s own map need not keep it.
type Members = Vec<(&'static str, String)>;

/// The schema of a whole secret.
pub fn document(shape: &Shape, format: Format) -> String {
    let mut members = vec![("$schema", text("https://json-schema.org/draft/2020-12/schema"))];
    if let Shape::Object(ObjectShape { name, description, .. })
    | Shape::Tagged(TaggedShape { name, description, .. })
    | Shape::Variants(VariantsShape { name, description, .. }) = shape
    {
        members.push(("title", text(name)));
        members.extend(described(description));
    }
    members.extend(keywords(shape, &[], Coercion::FromString));
    let has_minimum = members.iter().any(|(name, _)| *name == "minLength");
    if format != Format::Json && !format.may_be_empty() && !has_minimum {
        members.push(("minLength", "1".to_owned()));
    }
    object(&members)
}

/// A complete schema object.
fn schema(shape: &Shape, rules: &'static [Rule], coercion: Coercion) -> String {
    object(&keywords(shape, rules, coercion))
}

/// The keywords that describe a shape.
fn keywords(shape: &Shape, rules: &'static [Rule], coercion: Coercion) -> Members {
    match shape {
        Shape::String => string(rules),
        Shape::Parsed(_, FromNumber::Read) => vec![("type", texts(&["string", "integer"]))],
        Shape::Parsed(..) => vec![("type", text("string"))],
        Shape::Duration => vec![("type", text("string")), ("pattern", text(DURATION))],
        Shape::Bytes(encoding) => bytes(*encoding, rules),
        Shape::Embedded(inner) => vec![
            ("type", text("string")),
            ("contentMediaType", text("application/json")),
            ("contentSchema", schema(inner, &[], coercion)),
        ],
        Shape::Names(names) => vec![("enum", texts(names))],
        Shape::Integer { .. } | Shape::Float(_) if coercion != Coercion::None => {
            let spelled = match (shape, coercion) {
                (Shape::Float(_), Coercion::Lenient) => spaced(NUMBER).replace("(?:0|[1-9][0-9]*)", "[0-9]+"),
                (_, Coercion::Lenient) => spaced(INTEGER).replace("(?:0|[1-9][0-9]*)", "[0-9]+"),
                (Shape::Float(_), _) => NUMBER.to_owned(),
                _ => INTEGER.to_owned(),
            };
            vec![("anyOf", array([object(&number(shape, rules)), matching(&spelled)]))]
        }
        Shape::Boolean if coercion == Coercion::Lenient => {
            let spelled = spaced("^(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$");
            vec![("anyOf", array([object(&[("type", text("boolean"))]), matching(&spelled)]))]
        }
        Shape::Integer { .. } | Shape::Float(_) => number(shape, rules),
        Shape::Boolean if coercion == Coercion::FromString => {
            vec![("enum", "[true,false,\"true\",\"false\"]".to_owned())]
        }
        Shape::Boolean => vec![("type", text("boolean"))],
        Shape::Any | Shape::Unknown => Vec::new(),
        Shape::Optional(inner) => or_nothing(inner, rules, coercion),
        Shape::Array(item) => {
            let mut members = vec![("type", text("array")), ("items", schema(item, rules_of_items(rules), coercion))];
            members.extend(lengths("minItems", "maxItems", rules, 1));
            members
        }
        Shape::Set(item) => {
            let mut members = keywords(&Shape::Array(item), rules, coercion);
            members.push(("uniqueItems", "true".to_owned()));
            members
        }
        Shape::Tuple(items) => {
            let count = items.len().to_string();
            let items = items.iter().map(|item| schema(item, rules_of_items(rules), coercion));
            let items = ("prefixItems", array(items));
            vec![("type", text("array")), items, ("minItems", count.clone()), ("maxItems", count)]
        }
        Shape::Map { keys, item } => {
            let values = schema(item, rules_of_items(rules), coercion);
            let mut members = vec![("type", text("object")), ("additionalProperties", values)];
            members.extend(names(keys));
            members.extend(lengths("minProperties", "maxProperties", rules, 1));
            members
        }
        Shape::Newtype(field) => keywords(&field.shape, field.rules, field.coercion),
        Shape::Object(shape) => keys(shape),
        Shape::Variants(variants) => self::variants(variants, coercion),
        Shape::Tagged(tagged) => vec![("oneOf", array(tagged.variants.iter().map(variant)))],
    }
}

/// One of the variants: by name, or by the value that it holds.
fn variants(variants: &VariantsShape, coercion: Coercion) -> Members {
    let contents = variants.names.iter().zip(variants.contents);
    let contents = contents.filter_map(|(name, content)| {
        Some(match content.as_ref()? {
            Shape::Newtype(field) => (name, described_content(field)),
            content => (name, schema(content, &[], coercion)),
        })
    });
    if variants.telling == Telling::Content {
        return vec![("anyOf", array(contents.map(|(_, content)| content)))];
    }
    let units = variants.names_of(false);
    let units = (!units.is_empty()).then(|| object(&[("enum", texts(&units))]));
    let keyed = contents.map(|(name, content)| {
        let properties = format!("{{{}:{content}}}", text(name));
        let required = ("required", texts(&[name]));
        object(&[("type", text("object")), ("properties", properties), required, ("maxProperties", "1".to_owned())])
    });
    vec![("oneOf", array(units.into_iter().chain(keyed)))]
}

/// The only value of a variant.
fn described_content(field: &FieldShape) -> String {
    let mut members = Vec::new();
    if field.exposure == Exposure::Secret {
        members.push(("writeOnly", "true".to_owned()));
    }
    members.extend(keywords(&field.shape, field.rules, field.coercion));
    object(&members)
}

/// The restriction on the keys of a map, unless any text is allowed.
fn names(keys: &Shape) -> Members {
    match keys {
        Shape::String | Shape::Parsed(..) => Vec::new(),
        Shape::Integer { .. } => vec![("propertyNames", object(&[("pattern", text(INTEGER))]))],
        Shape::Boolean => vec![("propertyNames", object(&[("enum", texts(&["true", "false"]))]))],
        keys => vec![("propertyNames", schema(keys, &[], Coercion::FromString))],
    }
}

fn variant(shape: &ObjectShape) -> String {
    let mut members = vec![("title", text(shape.name))];
    members.extend(described(shape.description));
    members.extend(keys(shape));
    object(&members)
}

/// A string of this form.
fn matching(pattern: &str) -> String {
    object(&[("type", text("string")), ("pattern", text(pattern))])
}

/// The same pattern, with spaces around it.
fn spaced(pattern: &str) -> String {
    let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
    format!("^[ \\t\\r\\n]*{pattern}[ \\t\\r\\n]*$")
}

/// The shape, or a value that counts as absent.
fn or_nothing(shape: &Shape, rules: &'static [Rule], coercion: Coercion) -> Members {
    let schema = schema(shape, rules, coercion);
    if coercion != Coercion::Lenient || !shape.is_spelled() {
        return or_null(schema);
    }
    vec![("anyOf", array([schema, matching(&spaced("^$")), object(&[("type", text("null"))])]))]
}

fn or_null(schema: String) -> Members {
    vec![("anyOf", array([schema, object(&[("type", text("null"))])]))]
}

fn string(rules: &[Rule]) -> Members {
    let mut members = vec![("type", text("string"))];
    members.extend(lengths("minLength", "maxLength", rules, 1));
    members.extend(rules.iter().filter_map(|rule| match rule {
        Rule::Pattern { written, .. } => Some(("pattern", text(written))),
        Rule::OneOf(names) => Some(("enum", texts(names))),
        _ => None,
    }));
    members
}

fn bytes(encoding: Encoding, rules: &[Rule]) -> Members {
    let mut members = vec![("type", text("string"))];
    match encoding {
        Encoding::Base64(form) => {
            members.extend([("contentEncoding", text(if form.is_url { "base64url" } else { "base64" }))]);
            members.push(("pattern", text(&base64(form))));
        }
        Encoding::Hex => {
            members.push(("pattern", text(HEX)));
            members.extend(lengths("minLength", "maxLength", rules, 2));
        }
    }
    members
}

/// Base64 whose unused bits are zero. If line ends are skipped, only the alphabet is checked.
fn base64(Base64Form { is_url, is_unpadded, is_lenient }: Base64Form) -> String {
    let any = if is_url { "[A-Za-z0-9_-]" } else { "[A-Za-z0-9+/]" };
    if is_lenient {
        return format!("^(?:{any}|[=\\r\\n])*$");
    }
    let (one, two) = if is_unpadded { ("", "") } else { ("=", "==") };
    format!("^(?:{any}{{4}})*(?:{any}[AQgw]{two}|{any}{{2}}[AEIMQUYcgkosw048]{one})?$")
}

fn number(shape: &Shape, rules: &[Rule]) -> Members {
    if let Shape::Integer { min, max, has_zero } = shape {
        let (min, max) = narrowed(*min, *max, rules);
        let mut members = vec![("type", text("integer")), ("minimum", min.to_string()), ("maximum", max.to_string())];
        if !has_zero && min.is_negative() {
            members.push(("not", object(&[("const", "0".to_owned())])));
        }
        members.extend(rules.iter().filter_map(|rule| match rule {
            Rule::MultipleOf(unit) => Some(("multipleOf", unit.to_string())),
            _ => None,
        }));
        return members;
    }
    let mut members = vec![("type", text("number"))];
    if let Shape::Float(Precision::Single) = shape {
        members.push(("exclusiveMinimum", format!("-{SINGLE_OVERFLOW}")));
        members.push(("exclusiveMaximum", SINGLE_OVERFLOW.to_owned()));
    }
    let bound = |name, bound: &Option<Bound>| bound.map(|bound| (name, bound.to_string()));
    for rule in rules {
        if let Rule::Range { min, max } = rule {
            members.extend([bound("minimum", min), bound("maximum", max)].into_iter().flatten());
        }
    }
    members
}

/// The keywords of an object with declared keys.
fn keys(shape: &ObjectShape) -> Members {
    let mut fields = Vec::new();
    keyed_fields(shape, &mut fields);
    let properties =
        fields.iter().flat_map(|field| field.keys.iter().map(|key| format!("{}:{}", text(key), of_field(field))));
    let properties = format!("{{{}}}", properties.collect::<Vec<_>>().join(","));
    let required = fields.iter().filter(|field| field.is_required() && field.keys.len() == 1);
    let required: Vec<&str> = required.map(|field| field.keys[0]).collect();
    let spellings = fields.iter().filter(|field| field.keys.len() > 1).map(|field| one_spelling(field));
    let mut members = vec![("type", text("object")), ("properties", properties), ("required", texts(&required))];
    let spellings: Vec<String> = spellings.collect();
    if !spellings.is_empty() {
        members.push(("allOf", array(spellings)));
    }
    match shape.rest() {
        Some(field) => {
            let values = schema(field.shape.item(), rules_of_items(field.rules), field.coercion);
            members.push(("additionalProperties", values));
            // The fields' own keys must be allowed as names too.
            if let Shape::Map { keys, .. } = field.shape
                && let [(name, allowed)] = names(keys).as_slice()
            {
                let own: Vec<&str> = fields.iter().flat_map(|field| field.keys).copied().collect();
                let own = object(&[("enum", texts(&own))]);
                members.push((name, object(&[("anyOf", array([own, allowed.clone()]))])));
            }
        }
        None if shape.unknown == Unknown::Denied => members.push(("additionalProperties", "false".to_owned())),
        None => {}
    }
    members
}

/// The fields that have keys, including those of flattened structs.
fn keyed_fields(shape: &ObjectShape, fields: &mut Vec<&'static FieldShape>) {
    for field in shape.fields {
        match (field.placement, &field.shape) {
            (Placement::Flattened, Shape::Object(inner)) => keyed_fields(inner, fields),
            (Placement::Flattened, _) => {}
            (Placement::Keyed, _) => fields.push(field),
        }
    }
}

fn of_field(field: &FieldShape) -> String {
    let mut members: Members = described(field.description).into_iter().collect();
    if field.exposure == Exposure::Secret {
        members.push(("writeOnly", "true".to_owned()));
    }
    members.extend(match (field.absence, &field.shape) {
        (Absence::Default, shape) if !shape.is_optional() => or_nothing(shape, field.rules, field.coercion),
        (_, Shape::Embedded(inner)) if inner.is_optional() => or_null(schema(&field.shape, &[], field.coercion)),
        // In a field, a newtype does not accept absence, even if its inner type would.
        (_, Shape::Newtype(FieldShape { shape: Shape::Optional(inner), rules, coercion, .. })) => {
            keywords(inner, rules, *coercion)
        }
        (_, shape) => keywords(shape, field.rules, field.coercion),
    });
    object(&members)
}

/// Exactly one spelling of a key that has several; at most one if the key is optional.
fn one_spelling(field: &FieldShape) -> String {
    let required: Vec<String> = field.keys.iter().map(|key| object(&[("required", texts(&[key]))])).collect();
    let none = object(&[("not", object(&[("anyOf", array(required.clone()))]))]);
    let alternatives = (!field.is_required()).then_some(none).into_iter().chain(required);
    object(&[("oneOf", array(alternatives))])
}

/// A length rule, each unit of which is `scale` characters or items.
fn lengths(at_least: &'static str, at_most: &'static str, rules: &[Rule], scale: u128) -> Members {
    let mut members = Vec::new();
    for rule in rules {
        if let Rule::Length { min, max } = rule {
            let end = |name, end: &Option<u64>| end.map(|end| (name, (u128::from(end) * scale).to_string()));
            members.extend([end(at_least, min), end(at_most, max)].into_iter().flatten());
        }
    }
    members
}

fn described(description: &str) -> Option<(&'static str, String)> {
    (!description.is_empty()).then(|| ("description", text(description)))
}

fn text(text: &str) -> String {
    Value::from(text).to_string()
}

fn texts(texts: &[&str]) -> String {
    array(texts.iter().map(|name| text(name)))
}

fn array(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

fn object(members: &[(&'static str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, json)| format!("\"{name}\":{json}")).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests;
