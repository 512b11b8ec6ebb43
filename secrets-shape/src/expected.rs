//! Describes a shape in words: the part of a message after "expected".
//!
//! The words come from the declaration alone, never from a secret.

use std::fmt;

use crate::number::Integer;
use crate::rule::{Bound, Rule, narrowed};
use crate::shape::{
    Base64Form, Encoding, FieldShape, FromNumber, ObjectShape, Placement, Shape, Telling, VariantsShape,
};

#[doc(hidden)]
impl Shape {
    /// The shape narrowed by `rules`: "an integer from 1 to 9".
    pub fn expected(&self, rules: &[Rule]) -> String {
        let words = self.kind(rules);
        let valid = |rule: &Rule| if let Rule::Valid(name) = rule { Some(*name) } else { None };
        match rules.iter().find_map(valid) {
            Some(name) => format!("{words} that is a valid {name}"),
            None => words,
        }
    }

    fn kind(&self, rules: &[Rule]) -> String {
        match self {
            Shape::String => text(rules),
            Shape::Duration => "a duration such as \"30s\", \"5m\", \"1h30m\" or \"7d\"".to_owned(),
            Shape::Parsed(name, FromNumber::Read) => format!("a string or an integer that is a valid {name}"),
            Shape::Parsed(name, _) => format!("a string that is a valid {name}"),
            Shape::Bytes(Encoding::Base64(form)) => format!("{}{}", base64(*form), Lengths(rules, "byte")),
            Shape::Bytes(Encoding::Hex) => format!("a string of hexadecimal digits{}", Lengths(rules, "byte")),
            Shape::Embedded(inner) => format!("a string with JSON in it: {}", inner.expected(rules)),
            Shape::Names(names) => one_of(names),
            Shape::Integer { min, max, has_zero } => integer(*min, *max, *has_zero, rules),
            Shape::Float(_) => format!("a number{}", Ranges(rules)),
            Shape::Boolean => "true or false".to_owned(),
            Shape::Any | Shape::Unknown => "a value that its type reads".to_owned(),
            Shape::Optional(inner) => inner.expected(rules),
            Shape::Array(_) => format!("an array{}", Lengths(rules, "item")),
            Shape::Set(_) => format!("an array{} without duplicates", Lengths(rules, "item")),
            Shape::Tuple(items) => format!("an array of {}", count(items.len() as u64, "item")),
            Shape::Map { .. } => format!("an object{}", Lengths(rules, "key")),
            Shape::Newtype(field) => field.expected(),
            Shape::Object(_) | Shape::Tagged(_) => "an object".to_owned(),
            Shape::Variants(variants) => variants.expected(),
        }
    }
}

impl VariantsShape {
    /// `"none", or an object with the key "password" or "token"`
    fn expected(&self) -> String {
        let kinds: Vec<String> = match self.telling {
            Telling::Name => {
                let (units, others) = (self.names_of(false), self.names_of(true));
                let units = (!units.is_empty()).then(|| one_of(&units));
                let others = (!others.is_empty()).then(|| format!("an object with the key {}", one_of(&others)));
                units.into_iter().chain(others).collect()
            }
            Telling::Content => self.contents.iter().flatten().map(|content| content.expected(&[])).collect(),
        };
        let mut told: Vec<String> = Vec::new();
        for kind in kinds {
            if !told.contains(&kind) {
                told.push(kind);
            }
        }
        told.join(", or ")
    }
}

impl FieldShape {
    pub fn expected(&self) -> String {
        self.shape.expected(self.rules)
    }
}

impl ObjectShape {
    /// "no keys but username, password".
    pub fn expected_keys(&self) -> String {
        let keys = self.all_keys();
        if keys.is_empty() { "no keys".to_owned() } else { format!("no keys but {}", keys.join(", ")) }
    }

    /// The keys of all fields, including those of flattened structs.
    pub fn all_keys(&self) -> Vec<&'static str> {
        let keys = |field: &FieldShape| match field.shape {
            Shape::Object(inner) if field.placement == Placement::Flattened => inner.all_keys(),
            _ => field.keys.to_vec(),
        };
        self.fields.iter().flat_map(keys).collect()
    }
}

/// "a base64 string of the URL-safe alphabet"
fn base64(form: Base64Form) -> &'static str {
    match (form.is_url, form.is_unpadded) {
        (false, false) => "a base64 string",
        (false, true) => "a base64 string without padding",
        (true, false) => "a base64 string in the URL-safe alphabet",
        (true, true) => "a base64 string in the URL-safe alphabet without padding",
    }
}

/// "a string of at least 8 characters that matches ^[a-z]+$"
fn text(rules: &[Rule]) -> String {
    let names = rules.iter().find_map(|rule| if let Rule::OneOf(names) = rule { Some(*names) } else { None });
    let kind = names.map_or_else(|| "a string".to_owned(), one_of);
    let patterns: String = rules
        .iter()
        .filter_map(|rule| {
            if let Rule::Pattern { written, .. } = rule { Some(format!(" that matches {written}")) } else { None }
        })
        .collect();
    format!("{kind}{}{patterns}", Lengths(rules, "character"))
}

/// `"a", "b" or "c"`
fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn integer(min: Integer, max: Integer, has_zero: bool, rules: &[Rule]) -> String {
    let (min, max) = narrowed(min, max, rules);
    let multiple = |rule: &Rule| match rule {
        Rule::MultipleOf(unit) => Some(format!(" that is a multiple of {unit}")),
        _ => None,
    };
    let zero = Integer::Signed(0);
    let but = if has_zero || zero < min || max < zero { "" } else { " except 0" };
    format!("an integer from {min} to {max}{but}{}", rules.iter().filter_map(multiple).collect::<String>())
}

/// " from 0.5 to 1", or empty.
struct Ranges<'a>(&'a [Rule]);

impl fmt::Display for Ranges<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for rule in self.0 {
            match rule {
                Rule::Range { min: Some(min), max: Some(max) } => write!(f, " from {min} to {max}")?,
                Rule::Range { min: Some(min), max: None } => write!(f, " of at least {min}")?,
                Rule::Range { min: None, max: Some(max) } => write!(f, " of at most {max}")?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// " of at least 8 characters", or empty.
struct Lengths<'a>(&'a [Rule], &'a str);

impl fmt::Display for Lengths<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lengths(rules, unit) = self;
        for rule in *rules {
            match rule {
                Rule::Length { min: Some(min), max: Some(max) } if min == max => {
                    write!(f, " of {}", count(*min, unit))?;
                }
                Rule::Length { min: Some(min), max: Some(max) } => write!(f, " of {min} to {}", count(*max, unit))?,
                Rule::Length { min: Some(min), max: None } => write!(f, " of at least {}", count(*min, unit))?,
                Rule::Length { min: None, max: Some(max) } => write!(f, " of at most {}", count(*max, unit))?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn count(number: u64, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Integer(value) => value.fmt(f),
            Bound::Float(value) => value.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Precision;

    const PORT: Shape = Shape::integer(0, 65535);

    fn range(min: Option<Bound>, max: Option<Bound>) -> Rule {
        Rule::Range { min, max }
    }

    #[test]
    fn an_integer_is_narrowed_by_its_range() {
        assert_eq!(PORT.expected(&[]), "an integer from 0 to 65535");
        let rules = [range(Some(Bound::Integer(Integer::Signed(1))), None)];
        assert_eq!(PORT.expected(&rules), "an integer from 1 to 65535");
        let beyond_the_type = [range(None, Some(Bound::Integer(Integer::Signed(99_999))))];
        assert_eq!(PORT.expected(&beyond_the_type), "an integer from 0 to 65535");
    }

    #[test]
    fn a_zero_that_is_left_out_is_said_where_it_would_be() {
        let without =
            |min, max| Shape::Integer { min: Integer::Signed(min), max: Integer::Signed(max), has_zero: false };
        assert_eq!(without(-8, 8).expected(&[]), "an integer from -8 to 8 except 0");
        assert_eq!(without(1, 255).expected(&[]), "an integer from 1 to 255");
    }

    #[test]
    fn an_optional_is_described_by_what_is_inside() {
        assert_eq!(Shape::Optional(&PORT).expected(&[]), PORT.expected(&[]));
    }

    #[test]
    fn a_length_counts_what_the_shape_holds() {
        let length = |min, max| [Rule::Length { min, max }];
        assert_eq!(Shape::String.expected(&length(Some(8), None)), "a string of at least 8 characters");
        assert_eq!(Shape::String.expected(&length(None, Some(1))), "a string of at most 1 character");
        assert_eq!(Shape::String.expected(&length(Some(2), Some(2))), "a string of 2 characters");
        assert_eq!(Shape::Array(&PORT).expected(&length(Some(1), Some(3))), "an array of 1 to 3 items");
        assert_eq!(Shape::map(&PORT).expected(&length(Some(1), None)), "an object of at least 1 key");
    }

    #[test]
    fn a_string_names_its_values_and_its_pattern() {
        assert_eq!(Shape::String.expected(&[Rule::OneOf(&["a", "b", "c"])]), r#""a", "b" or "c""#);
        let rules = [Rule::Pattern { written: "^[a-z]+$", rust: "^[a-z]+$" }, Rule::Length { min: Some(2), max: None }];
        assert_eq!(Shape::String.expected(&rules), "a string of at least 2 characters that matches ^[a-z]+$");
        assert_eq!(Shape::Names(&["on"]).expected(&[]), r#""on""#);
    }

    #[test]
    fn a_float_names_the_ends_it_has() {
        let rules = |min, max| [range(min, max)];
        assert_eq!(
            Shape::Float(Precision::Double)
                .expected(&rules(Some(Bound::Float(0.5)), Some(Bound::Integer(Integer::Signed(1))))),
            "a number from 0.5 to 1"
        );
        assert_eq!(
            Shape::Float(Precision::Double).expected(&rules(Some(Bound::Float(0.5)), None)),
            "a number of at least 0.5"
        );
        assert_eq!(
            Shape::Float(Precision::Double).expected(&rules(None, Some(Bound::Integer(Integer::Signed(1))))),
            "a number of at most 1"
        );
    }

    #[test]
    fn an_object_names_the_keys_that_it_reads() {
        const NAME: FieldShape = FieldShape { keys: &["name", "alias"], shape: Shape::String, ..FieldShape::PLAIN };
        const INNER: Shape = Shape::Object(&ObjectShape { fields: &[NAME], ..ObjectShape::EMPTY });
        const NESTED: FieldShape = FieldShape { keys: &["nested"], shape: INNER, ..FieldShape::PLAIN };
        const FLAT: FieldShape = FieldShape { placement: Placement::Flattened, shape: INNER, ..FieldShape::PLAIN };
        const OUTER: ObjectShape = ObjectShape { fields: &[NESTED, FLAT], ..ObjectShape::EMPTY };
        assert_eq!(OUTER.expected_keys(), "no keys but nested, name, alias");
        assert_eq!(ObjectShape::EMPTY.expected_keys(), "no keys");
        assert_eq!((NAME.expected().as_str(), NESTED.expected().as_str()), ("a string", "an object"));
    }
}
