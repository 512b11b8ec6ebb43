//! From JSON text to a value, exactly and without leaks.
//!
//! [`decode`] is the way in. A type asks the lazy view [`Json`] for what it needs and tells the [`Report`] what is
//! wrong; every field is read before any failure ends the reading, so that all violations are known at once.

mod codec;
mod containers;
mod json;
pub(crate) mod near;
mod newtype;
mod number;
mod object;
mod path;
mod redacted;
mod report;
mod ruled;
mod rules;
mod scalars;
mod scan;
mod tagged;
mod text;

#[cfg(test)]
mod table;

pub use codec::{Coded, FromBase64, FromHex, FromSerde, FromString, decode_json, hidden};
pub use json::Json;
pub use near::is_near;
pub use newtype::Newtype;
pub use object::{Object, Slot};
pub(crate) use redacted::REDACTED;
pub use redacted::Redacted;
pub(crate) use report::{Failure, VIOLATIONS};
pub use report::{Report, Reported, Violation};
pub use ruled::{Each, Flatten, Holds, Measured, Ranged, TextDefault, Textual};
pub use rules::{Pattern, Rules, validate};
pub use tagged::{name, variant};

use std::collections::HashMap;

use crate::secret::{Format, Secret, SecretValue, Trim};

/// Reads a whole secret.
pub(crate) fn decode<T: Secret>(text: &str) -> Result<T, Failure> {
    match T::SPEC.format() {
        Format::Json => read(Json::root(text), text),
        Format::Text(Trim::Nothing) => read(Json::plain(text), text),
        Format::Text(Trim::LineEnds) => read(Json::plain(text.trim_end_matches(['\n', '\r'])), text),
    }
}

fn read<T: SecretValue>(json: Json<'_>, text: &str) -> Result<T, Failure> {
    let mut report = Report::default();
    let outcome = json.check(&mut report).and_then(|()| T::decode(json, &mut report));
    outcome.map_err(|_| match report.into_failure() {
        Failure::NotJson(reason) => Failure::NotJson(reason.after(blank_before(text))),
        invalid @ Failure::Invalid(_) => invalid,
    })
}

/// The beginning that [`Json::root`] leaves out.
fn blank_before(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches([' ', '\t', '\n', '\r']).len()]
}

/// The text of a secret that stands inside a JSON document: an object as it is, or the contents of a string.
pub(crate) fn embedded(json: &str) -> Option<String> {
    match json.as_bytes().first() {
        Some(b'{') => Some(json.to_owned()),
        Some(b'"') => text::unquote(json, true).ok().map(text::Text::into_string),
        _ => None,
    }
}

/// The raw values of an object, unless it is none or has a key twice.
pub(crate) fn raw_entries<'document>(document: &'document str) -> Option<HashMap<String, &'document str>> {
    let mut entries = HashMap::new();
    let mut is_unique = true;
    let each = &mut |key: json::Key<'document>, value: scan::Raw<'document>| {
        is_unique &= key.is_ok_and(|key| entries.insert(key.into_string(), value.text).is_none());
    };
    Json::root(document).entries(each).ok()?;
    is_unique.then_some(entries)
}
