//! Checks of validation rules.

use proc_macro2::Span;
use quote::quote;
use regex_lite::Regex;
use secrets_shape::rule::{Judged, Rule};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitInt, LitStr, Path};

use super::Default;
use crate::attr::{self, Bounds, Length, Number, Value};
use crate::errors::Errors;
use crate::pattern;

/// The rules of a field, known to be consistent.
#[derive(std::default::Default)]
pub struct Rules {
    pub range: Option<Bounds<Number>>,
    pub multiple_of: Option<LitInt>,
    pub length: Option<Bounds<Length>>,
    pub pattern: Option<Pattern>,
    pub one_of: Option<Vec<LitStr>>,
    pub each: Option<Box<Rules>>,
    pub custom: Option<Path>,
}

/// A regular expression, as declared and as translated for Rust.
pub struct Pattern {
    pub written: LitStr,
    pub rust: String,
}

pub fn check(rules: attr::Rules, errors: &mut Errors) -> Rules {
    let attr::Rules { range, multiple_of, length, pattern, one_of, each, custom } = rules;
    range_has_room(range.get(), errors);
    unit_is_above_zero(multiple_of.get(), errors);
    length_has_room(length.get(), errors);
    names_are_unique(one_of.get(), errors);
    Rules {
        range: range.take(),
        multiple_of: multiple_of.take(),
        length: length.take(),
        pattern: pattern.take().and_then(|written| checked_pattern(written, errors)),
        one_of: one_of.take(),
        each: each.take().map(|rules| Box::new(check(*rules, errors))),
        custom: custom.take(),
    }
}

/// The spans of all given rules.
pub fn spans(rules: &attr::Rules) -> impl Iterator<Item = Span> {
    let attr::Rules { range, multiple_of, length, pattern, one_of, each, custom } = rules;
    [range.span(), multiple_of.span(), length.span(), pattern.span(), one_of.span(), each.span(), custom.span()]
        .into_iter()
        .flatten()
}

fn checked_pattern(written: LitStr, errors: &mut Errors) -> Option<Pattern> {
    let checked = pattern::check(&written.value()).map_err(|reason| syn::Error::new(written.span(), reason));
    errors.keep(checked).map(|rust| Pattern { written, rust })
}

fn range_has_room(range: Option<&Bounds<Number>>, errors: &mut Errors) {
    if let Some(Bounds { min: Some(min), max: Some(max), .. }) = range
        && let (Some(low), Some(high)) = (&min.value, &max.value)
        && low.bound().is_above(high.bound())
    {
        let message = format!("this range is empty: {} is above {}", quote!(#min), quote!(#max));
        errors.push(syn::Error::new_spanned(quote!(#min #max), message));
    }
}

/// Reports a zero: JSON Schema's `multipleOf` must be greater than zero as well.
fn unit_is_above_zero(unit: Option<&LitInt>, errors: &mut Errors) {
    if let Some(unit) = unit
        && unit.base10_parse::<u64>().ok().is_none_or(|unit| unit == 0)
    {
        errors.at(unit.span(), "`multiple_of` takes an integer from 1 to 18446744073709551615");
    }
}

fn length_has_room(length: Option<&Bounds<Length>>, errors: &mut Errors) {
    if let Some(Bounds { min: Some(min), max: Some(max), span }) = length
        && let (Some(min), Some(max)) = (min.value, max.value)
        && min > max
    {
        errors.at(*span, format!("this length is empty: {min} is above {max}"));
    }
}

fn names_are_unique(names: Option<&Vec<LitStr>>, errors: &mut Errors) {
    let names = names.map(Vec::as_slice).unwrap_or_default();
    for (at, name) in names.iter().enumerate() {
        if names[..at].iter().any(|before| before.value() == name.value()) {
            errors.at(name.span(), format!("{:?} is listed twice: keep one", name.value()));
        }
    }
}

/// Rules are not applied to defaults, but a literal default that breaks its own rule is a mistake.
pub fn literal_default_obeys(default: Option<&Default>, rules: &Rules, errors: &mut Errors) {
    let Some(Default::Value(default)) = default else { return };
    let number = Number::of_expr(default);
    let text = match default {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    };
    let mut obeys = |name: &str, holds: Option<bool>| {
        if holds == Some(false) {
            errors.at(default.span(), format!("this default breaks the field's own `{name}`: change one of the two"));
        }
    };
    let Rules { range, multiple_of, length, pattern, one_of, each: _, custom: _ } = rules;
    let number = number.map(|number| match number {
        Value::Integer(value) => Judged::Integer(value),
        Value::Float(value) => Judged::Double(value),
    });
    let unit = multiple_of.as_ref().and_then(|unit| unit.base10_parse().ok()).filter(|unit| *unit > 0);
    obeys("multiple_of", unit.zip(number).map(|(unit, number)| Rule::MultipleOf(unit).holds(number)));
    obeys("range", range.as_ref().zip(number).map(|(range, number)| range_rule(range).holds(number)));
    let Some(text) = text else { return };
    obeys("length", length.as_ref().map(|length| length_rule(length).holds(Judged::Text(&text))));
    obeys("one_of", one_of.as_ref().map(|names| names.iter().any(|name| name.value() == text)));
    let matches = |pattern: &Pattern| Regex::new(&pattern.rust).ok().map(|regex| regex.is_match(&text));
    obeys("pattern", pattern.as_ref().and_then(matches));
}

/// The rule in the runtime's representation.
fn range_rule(Bounds { min, max, .. }: &Bounds<Number>) -> Rule {
    let bound = |number: &Option<Number>| number.as_ref()?.value.as_ref().map(Value::bound);
    Rule::Range { min: bound(min), max: bound(max) }
}

fn length_rule(Bounds { min, max, .. }: &Bounds<Length>) -> Rule {
    let end = |length: &Option<Length>| length.as_ref().and_then(|length| length.value);
    Rule::Length { min: end(min), max: end(max) }
}
