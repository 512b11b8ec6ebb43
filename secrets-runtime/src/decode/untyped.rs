//! Judges a document by a shape alone, in the words of the typed decoder: for tools that know a type from a program's binary.
//!
//! What depends on the program's own code is not judged: `validate` and `custom`; of fields declared `from_str` or `serde` the value, the
//! rules about numbers and lists, and whether a `serde` field may be absent.

use std::collections::HashSet;

use regex_lite::Regex;
use secrets_shape::rule::{Judged, Rule};
use secrets_shape::shape::{Absence, Encoding, FieldShape, ObjectShape, Placement, Precision, Shape};
use secrets_shape::wire::Format;

use super::codec::{base64, hex};
use super::object::{Object, Slot};
use super::path::Step;
use super::report::{Failure, Report, Reported};
use super::rules::Rules;
use super::view::{Json, Kind};
use super::{containers, scalars, tagged};
use crate::json::{Text, Value};
use crate::secret::SecretValue;

/// Judges a whole secret.
pub fn judge(text: &str, format: Format, shape: &'static Shape) -> Result<(), Failure> {
    super::read_with(text, format, |json, report| value(json, shape, report))
}

fn value(json: &Json<'_>, shape: &'static Shape, report: &mut Report) -> Result<(), Reported> {
    match shape {
        Shape::String | Shape::Parsed(_) => json.string(shape, report).map(drop),
        Shape::Bytes(encoding) => {
            let text = json.string(shape, report)?;
            count(*encoding, &text).map(drop).ok_or_else(|| json.unfit(shape, "another string", report))
        }
        Shape::Embedded(inner) if json.is_null() && inner.is_optional() => Ok(()),
        Shape::Embedded(inner) => json.document(shape, report, |document, report| value(document, inner, report)),
        Shape::Names(names) => tagged::name(json, names, report).map(drop),
        Shape::Integer { min, max } => {
            let value = scalars::integer(json, shape, report)?;
            let is_within = *min <= value && value <= *max;
            is_within.then_some(()).ok_or_else(|| scalars::unfit_number(json, shape, report))
        }
        Shape::Float(Precision::Single) => f32::decode(json, report).map(drop),
        Shape::Float(Precision::Double) => f64::decode(json, report).map(drop),
        Shape::Boolean => bool::decode(json, report).map(drop),
        Shape::Any | Shape::Unknown => Ok(()),
        Shape::Optional(_) if json.is_null() => Ok(()),
        Shape::Optional(inner) => value(json, inner, report),
        Shape::Array(item) => json.vector(shape, report, |json, report| value(json, item, report)).map(drop),
        Shape::Map(item) => {
            let mut keys = HashSet::new();
            let decode = |json: &Json<'_>, report: &mut Report| value(json, item, report);
            containers::each_entry(json, shape, report, decode, |key, ()| keys.insert(key))
        }
        Shape::Newtype(field) => {
            let json = json.newtype(field.coercion, field.rules);
            value(&json, &field.shape, report)?;
            let mut rules = Rules::new(*json.path(), &field.shape, field.rules, report);
            obey(&json, &field.shape, &mut rules);
            rules.verdict()
        }
        Shape::Object(declared) => object(json, *shape, (0, 0), declared, report),
        Shape::Tagged(declared) => {
            let variant = tagged::variant(json, *shape, report)?;
            object(json, *shape, (variant, 1), &declared.variants[variant], report)
        }
    }
}

/// An object; of an enum, a variant's, whose first key was read before.
fn object(
    json: &Json<'_>,
    shape: Shape,
    (variant, tags): (usize, usize),
    declared: &'static ObjectShape,
    report: &mut Report,
) -> Result<(), Reported> {
    let mut slots = vec![Slot::EMPTY; declared.fields.len()];
    let object = Object::open(json, shape, variant, &mut slots, report)?;
    let mut outcome = Ok(());
    for (at, declared) in declared.fields.iter().enumerate().skip(tags) {
        if let Err(reported) = field(&object, at, declared, report) {
            outcome = Err(reported);
        }
    }
    object.close()?;
    outcome
}

fn field(object: &Object<'_>, at: usize, field: &'static FieldShape, report: &mut Report) -> Result<(), Reported> {
    let found = match field.placement {
        Placement::Flattened => Some(object.flattened_json(at)),
        Placement::Keyed => object.keyed_json(at).filter(|json| !json.is_null() || field.shape.is_optional()),
    };
    let Some(json) = found else {
        let may_be_absent = field.absence == Absence::Default || field.shape.is_optional();
        return if may_be_absent { Ok(()) } else { Err(object.missing(at, report)) };
    };
    value(&json, &field.shape, report)?;
    let mut rules = object.rules_of(at, report);
    obey(&json, &field.shape, &mut rules);
    rules.verdict()
}

/// Applies the rules to a value that was found to have this shape.
fn obey(json: &Json<'_>, shape: &'static Shape, rules: &mut Rules<'_>) {
    match shape {
        Shape::Optional(_) if json.is_null() => {}
        Shape::Optional(inner) => obey(json, inner, rules),
        Shape::Embedded(inner) => {
            let mut ignored = Report::default();
            let _ = json.document(shape, &mut ignored, |document, _| {
                obey(document, inner, rules);
                Ok(())
            });
        }
        _ => {
            for rule in rules.declared() {
                apply(rule, json, shape, rules);
            }
        }
    }
}

fn apply(rule: &'static Rule, json: &Json<'_>, shape: &'static Shape, rules: &mut Rules<'_>) {
    match rule {
        Rule::Each(_) => each(json, shape, rules),
        Rule::Pattern { rust, .. } => {
            if let Some(text) = text(json, shape) {
                let is_match = Regex::new(rust).is_ok_and(|pattern| pattern.is_match(&text));
                rules.require(is_match, rule);
            }
        }
        _ => {
            let text = text(json, shape);
            let judged = match shape {
                Shape::Integer { .. } => {
                    scalars::integer(json, shape, &mut Report::default()).ok().map(Judged::Integer)
                }
                Shape::Float(Precision::Single) => f32::decode(json, &mut Report::default()).ok().map(Judged::Single),
                Shape::Float(Precision::Double) => f64::decode(json, &mut Report::default()).ok().map(Judged::Double),
                Shape::Bytes(encoding) => {
                    let text = json.string(shape, &mut Report::default()).ok();
                    text.and_then(|text| count(*encoding, &text)).map(Judged::Count)
                }
                Shape::Array(_) | Shape::Map(_) => Some(Judged::Count(inside(json, shape).len())),
                _ => text.as_deref().map(Judged::Text),
            };
            if let Some(judged) = judged {
                rules.require(rule.holds(judged), rule);
            }
        }
    }
}

fn each(json: &Json<'_>, shape: &'static Shape, rules: &mut Rules<'_>) {
    let item = shape.item();
    for (at, value) in inside(json, shape).into_iter().enumerate() {
        let step = if matches!(shape, Shape::Array(_)) { Step::Index(at) } else { Step::AnyKey };
        rules.of_item(step, |path, inner| obey(&json.inner_at(path, value), item, inner));
    }
}

/// The items of an array, or the values of a map.
fn inside<'a>(json: &Json<'a>, shape: &Shape) -> Vec<Value<'a>> {
    match shape {
        Shape::Array(_) => json.items().collect(),
        _ => json.map_entries().map(|(_, value)| value).collect(),
    }
}

/// The text of a value that is one in Rust, too.
fn text<'a>(json: &Json<'a>, shape: &Shape) -> Option<Text<'a>> {
    let is_text = matches!(shape, Shape::String | Shape::Parsed(_)) && json.kind() == Kind::String;
    if is_text { json.string(shape, &mut Report::default()).ok() } else { None }
}

/// How many bytes a string spells, if it does.
fn count(encoding: Encoding, text: &str) -> Option<usize> {
    let bytes = match encoding {
        Encoding::Base64 => base64(text),
        Encoding::Hex => hex(text),
    };
    bytes.map(|bytes| bytes.len())
}
