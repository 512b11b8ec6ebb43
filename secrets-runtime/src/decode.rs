//! Decodes JSON text into a value, exactly and without leaks.
//!
//! [`decode`] is the entry point. A type reads what it needs from the lazy view [`Json`] and reports violations to the
//! [`Report`]. Every field is read before a failure ends the decoding, so that all violations are reported at once.

mod bytes;
mod codec;
mod containers;
mod foreign;
mod map;
mod newtype;
mod object;
mod path;
mod redacted;
mod report;
mod ruled;
mod rules;
mod scalars;
mod tagged;
pub mod untyped;
mod view;

#[cfg(test)]
mod tests;

pub use codec::{
    Coded, FromBase64, FromHex, FromSerde, FromString, Named, absent_with, decode_json, decode_with, hidden,
};
pub use map::MapKey;
pub use newtype::{Newtype, converted};
pub use object::{Object, Slot};
use path::Path;
pub use redacted::REDACTED;
pub use redacted::Redacted;
use report::NotJson;
pub use report::{Failure, VIOLATIONS};
pub use report::{Report, Reported, Violation};
pub use ruled::{BesideTag, Each, Flatten, GivenDefault, Holds, Measured, Ranged, TextDefault, Textual};
pub use rules::{Pattern, Rules, validate};
pub use tagged::{Tries, name, named, variant};
pub use view::Json;
use view::Kind;

use std::collections::HashMap;

use secrets_shape::shape::Shape;
use secrets_shape::wire::{Format, TextFormat};
use zeroize::Zeroizing;

use crate::json::{self, Document, Text};
use crate::secret::Secret;

/// Decodes a whole secret.
pub fn decode<T: Secret>(text: &str) -> Result<T, Failure> {
    let value = read_with(text, T::SPEC.format(), &T::SHAPE, T::decode)?;
    if T::SPEC.format() != Format::Json && is_object(text) {
        tracing::warn!(
            target: "secrets_runtime",
            type_name = T::SPEC.type_name(),
            "the secret is declared as plain text and holds a JSON object; if its keys are meant, declare a struct"
        );
    }
    Ok(value)
}

/// The text without the line end that an editor or `echo` adds.
fn without_line_end(text: &str) -> &str {
    let line = text.strip_suffix('\n').unwrap_or(text);
    if line.len() < text.len() { line.strip_suffix('\r').unwrap_or(line) } else { line }
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && Document::parse(text).is_ok()
}

fn read_with<T>(
    text: &str,
    format: Format,
    shape: &Shape,
    decode: impl FnOnce(&Json<'_>, &mut Report) -> Result<T, Reported>,
) -> Result<T, Failure> {
    let document = match format {
        Format::Json => parse(text).map_err(Failure::NotJson)?,
        Format::Text(TextFormat { is_trimmed: true, .. }) => Document::plain(without_line_end(text)),
        Format::Text(_) => Document::plain(text),
    };
    let mut report = Report::default();
    if format != Format::Json && !format.may_be_empty() && document.root().text().is_empty() {
        report.violation(&Path::ROOT, shape.expected(&[]), "an empty text");
        return Err(Failure::Invalid(report.into_violations()));
    }
    decode(&Json::root(&document, format), &mut report).map_err(|_| Failure::Invalid(report.into_violations()))
}

/// Parses a text as a document. The position of an error is given only if the text begins as an object: for a plain
/// password even that would reveal something.
fn parse(text: &str) -> Result<Document<'_>, NotJson> {
    match text.trim_start_matches([' ', '\t', '\n', '\r']).chars().next() {
        None => Err(NotJson::Empty),
        Some('\u{feff}') => Err(NotJson::ByteOrderMark),
        Some('{') => Document::parse(text).map_err(|broken| NotJson::at(text, broken)),
        Some(_) => Document::parse(text).map_err(|_| NotJson::OtherText),
    }
}

/// The text of a secret inside a JSON document: an object as it is written, or the contents of a string.
pub fn embedded(json: &str) -> Option<String> {
    match json.as_bytes().first() {
        Some(b'{') => Some(json.to_owned()),
        Some(b'"') => json::unquote(json).ok().map(Text::into_string),
        _ => None,
    }
}

/// The values of an object, as they are written.
///
/// # Errors
/// What is wrong with the text, as the end of a sentence about it. A duplicate key is named.
pub fn raw_entries(text: &str) -> Result<HashMap<String, Zeroizing<String>>, String> {
    let document = Document::parse(text).map_err(|broken| NotJson::at(text, broken).to_string())?;
    let root = document.root();
    let kind = Kind::of(root.first());
    if kind != Kind::Object {
        return Err(format!("expected an object whose keys are ids, found {}", kind.found()));
    }
    let mut entries = HashMap::new();
    for (key, value) in root.entries() {
        let Ok(key) = key.unquoted() else { return Err("a key is not Unicode text".to_owned()) };
        let key = key.into_string();
        if entries.insert(key.clone(), Zeroizing::new(value.text().to_owned())).is_some() {
            return Err(format!("the key {key:?} is there twice"));
        }
    }
    Ok(entries)
}
