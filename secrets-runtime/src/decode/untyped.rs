//! Validates a document by a shape alone, with the messages of the typed decoder: for tools that know a type only from
//! a program's binary.
//!
//! Checks that need the program's own code are left out: `validate` and `custom`; the value of fields with `from_str`
//! or `serde`, their rules about numbers and lists, and whether a `serde` field may be absent.

use std::collections::HashSet;

use regex_lite::Regex;
use secrets_shape::number::Integer;
use secrets_shape::rule::{Judged, Rule};
use secrets_shape::shape::{
    Absence, Encoding, FieldShape, ObjectShape, Placement, Precision, Shape, Telling, VariantsShape,
};
use secrets_shape::wire::Format;

use super::bytes::{base64, hex};
use super::codec::coded_text;
use super::object::{Object, Slot};
use super::path::Step;
use super::report::{Failure, Report, Reported};
use super::rules::Rules;
use super::view::{Json, Kind};
use super::{containers, map, scalars, tagged};
use crate::json::{Text, Value};
use crate::secret::SecretValue;

/// Validates a whole secret.
pub fn judge(text: &str, format: Format, shape: &'static Shape) -> Result<(), Failure> {
    super::read_with(text, format, shape, |json, report| value(json, shape, report))
}

fn value(json: &Json<'_>, shape: &'static Shape, report: &mut Report) -> Result<(), Reported> {
    match shape {
        Shape::String => json.string(shape, report).map(drop),
        Shape::Parsed(..) => coded_text(json, shape, report).map(drop),
        Shape::Bytes(encoding) => {
            let text = json.string(shape, report)?;
            count(*encoding, &text).map(drop).map_err(|found| json.unfit(shape, found, report))
        }
        Shape::Embedded(inner) if json.is_null() && inner.is_optional() => Ok(()),
        Shape::Embedded(inner) => json.document(shape, report, |document, report| value(document, inner, report)),
        Shape::Names(names) => tagged::name(json, names, report).map(drop),
        Shape::Duration => scalars::duration(json, report).map(drop),
        Shape::Integer { min, max, has_zero } => {
            let value = scalars::integer(json, shape, report)?;
            let is_within = *min <= value && value <= *max && (*has_zero || value != Integer::Signed(0));
            is_within.then_some(()).ok_or_else(|| scalars::unfit_number(json, shape, report))
        }
        Shape::Float(Precision::Single) => f32::decode(json, report).map(drop),
        Shape::Float(Precision::Double) => f64::decode(json, report).map(drop),
        Shape::Boolean => bool::decode(json, report).map(drop),
        Shape::Any | Shape::Unknown => Ok(()),
        Shape::Optional(inner) if json.is_nothing(inner) => Ok(()),
        Shape::Optional(inner) => value(json, inner, report),
        Shape::Array(item) => json.vector(shape, report, |json, report| value(json, item, report)).map(drop),
        Shape::Set(item) => {
            let decode =
                |json: &Json<'_>, report: &mut Report| value(json, item, report).map(|()| canonical(json, item));
            let items = json.vector(shape, report, decode)?;
            let known: HashSet<&Canonical> = items.iter().collect();
            (known.len() == items.len())
                .then_some(())
                .ok_or_else(|| json.unfit(shape, containers::AN_ITEM_TWICE, report))
        }
        Shape::Tuple(items) => {
            containers::has_items(json, shape, items.len(), report)?;
            let mut outcome = Ok(());
            for ((index, item), shape) in json.items().enumerate().zip(*items) {
                let item = json.inner_at(json.path().child(Step::Index(index)), item);
                outcome = value(&item, shape, report).and(outcome);
            }
            outcome
        }
        Shape::Map { keys, item } => {
            let mut known = HashSet::new();
            let key = |json: &Json<'_>, report: &mut Report| value(json, keys, report).map(|()| canonical(json, keys));
            let decode = |json: &Json<'_>, report: &mut Report| value(json, item, report);
            map::each_entry(json, shape, report, key, decode, |key, ()| known.insert(key))
        }
        Shape::Newtype(field) => {
            let json = json.newtype(field.coercion, field.rules);
            value(&json, &field.shape, report)?;
            let mut rules = Rules::new(*json.path(), &field.shape, field.rules, report);
            obey(&json, &field.shape, &mut rules);
            rules.verdict()
        }
        Shape::Variants(VariantsShape { telling: Telling::Name, contents, .. }) => {
            let (variant, content) = tagged::named(json, *shape, report)?;
            match &contents[variant] {
                Some(shape) => value(&content, shape, report),
                None => Ok(()),
            }
        }
        Shape::Variants(VariantsShape { contents, .. }) => {
            let mut tries = tagged::Tries::new(json, *shape);
            let mut contents = contents.iter().flatten();
            let found = contents.find_map(|shape| tries.next(|json, report| value(json, shape, report)));
            found.ok_or_else(|| tries.refused(report))
        }
        Shape::Object(declared) => object(json, *shape, (0, 0), declared, report),
        Shape::Tagged(declared) => {
            let variant = tagged::variant(json, *shape, report)?;
            object(json, *shape, (variant, 1), &declared.variants[variant], report)
        }
    }
}

/// An object; for an enum, that of a variant, whose first key was read before.
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
        Placement::Keyed => {
            object.keyed_json(at).filter(|json| !json.is_nothing(&field.shape) || field.shape.is_optional())
        }
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

/// Applies the rules to a value that has this shape.
fn obey(json: &Json<'_>, shape: &'static Shape, rules: &mut Rules<'_>) {
    match shape {
        Shape::Optional(inner) if json.is_nothing(inner) => {}
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
        // Only the program's code can judge this.
        Rule::Valid(_) => {}
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
                    text.and_then(|text| count(*encoding, &text).ok()).map(Judged::Count)
                }
                Shape::Array(_) | Shape::Set(_) | Shape::Map { .. } => Some(Judged::Count(inside(json, shape).len())),
                _ => text.as_deref().map(Judged::Text),
            };
            if let Some(judged) = judged {
                rules.require(rule.holds(judged), rule);
            }
        }
    }
}

fn each(json: &Json<'_>, shape: &'static Shape, rules: &mut Rules<'_>) {
    for (at, value) in inside(json, shape).into_iter().enumerate() {
        let (step, item) = match shape {
            Shape::Tuple(items) => (Step::Index(at), items.get(at).unwrap_or(&Shape::Any)),
            Shape::Array(_) => (Step::Index(at), shape.item()),
            // As in a set: the program does not know the position of an item.
            _ => (Step::AnyKey, shape.item()),
        };
        rules.of_item(step, |path, inner| obey(&json.inner_at(path, value), item, inner));
    }
}

/// The items of an array, or the values of a map.
fn inside<'a>(json: &Json<'a>, shape: &Shape) -> Vec<Value<'a>> {
    match shape {
        Shape::Array(_) | Shape::Set(_) | Shape::Tuple(_) => json.items().collect(),
        _ => json.map_entries().map(|(_, value)| value).collect(),
    }
}

/// The text of a value that is a text in Rust too.
fn text<'a>(json: &Json<'a>, shape: &Shape) -> Option<Text<'a>> {
    let is_text = matches!(shape, Shape::String | Shape::Parsed(..)) && json.kind() == Kind::String;
    if is_text { json.string(shape, &mut Report::default()).ok() } else { None }
}

/// A form that is equal for all JSON that becomes the same value of a simple type.
#[derive(PartialEq, Eq, Hash)]
enum Canonical {
    Integer(Integer),
    Text(String),
}

fn canonical(json: &Json<'_>, shape: &'static Shape) -> Canonical {
    match shape {
        Shape::Newtype(field) => canonical(json, &field.shape),
        Shape::Integer { .. } => {
            let value = scalars::integer(json, shape, &mut Report::default());
            Canonical::Integer(value.unwrap_or(Integer::MIN))
        }
        _ => Canonical::Text(text(json, &Shape::String).map_or_else(|| json.text().to_owned(), Text::into_string)),
    }
}

/// The number of bytes that a string spells, or what it is instead.
fn count(encoding: Encoding, text: &str) -> Result<usize, &'static str> {
    let bytes = match encoding {
        Encoding::Base64(form) => base64(text, form),
        Encoding::Hex => hex(text),
    };
    bytes.map(|bytes| bytes.len())
}
