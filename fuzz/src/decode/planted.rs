//! Plants canaries in documents, and finds parts of a document that may have leaked.

use fastrand::Rng;
use serde_json::{Map, Number, Value};

/// Does not occur in any declaration or message.
pub(super) const CANARY: &str = "cAnArYqZj";
const NUMBERS: [i64; 2] = [8_407_316_594, -8_407_316_594];
const NUMBER: &str = "8407316594";
/// The length of a part that counts as a leak.
const TELLING: usize = 8;

/// The document, if an independent JSON parser accepts it.
pub(super) fn parsed(document: &str) -> Option<Value> {
    serde_json::from_str(document).ok()
}

/// The canary in the output, if any.
pub(super) fn canary(shown: &str) -> Option<&'static str> {
    [CANARY, NUMBER].into_iter().find(|canary| shown.contains(canary))
}

/// Plants canaries in strings, keys and nested documents, and in place of numbers.
pub(super) fn planted(document: Value, seed: u64) -> String {
    plant(document, &mut Rng::with_seed(seed)).to_string()
}

fn plant(value: Value, random: &mut Rng) -> Value {
    match value {
        Value::String(text) => Value::String(in_text(text, random)),
        Value::Number(_) if random.u8(..4) == 0 => {
            Value::Number(random.choice(NUMBERS).map_or_else(|| Number::from(0), Number::from))
        }
        Value::Array(items) => items.into_iter().map(|item| plant(item, random)).collect(),
        Value::Object(entries) => Value::Object(in_entries(entries, random)),
        other => other,
    }
}

fn in_text(text: String, random: &mut Rng) -> String {
    if let Some(document @ (Value::Object(_) | Value::Array(_))) = parsed(&text) {
        return plant(document, random).to_string();
    }
    match random.u8(..4) {
        0 | 1 => text + CANARY,
        2 => CANARY.to_owned(),
        _ => text,
    }
}

fn in_entries(entries: Map<String, Value>, random: &mut Rng) -> Map<String, Value> {
    let planted = |(key, value)| {
        let key = if random.u8(..4) == 0 { key + CANARY } else { key };
        (key, plant(value, random))
    };
    entries.into_iter().map(planted).collect()
}

/// A part of a string that appears in the output, and the document without it.
pub(super) struct Suspect<'a> {
    pub(super) text: &'a str,
    pub(super) document: String,
}

/// Parts of strings that appear in the output. They may also come from other strings or from the declaration.
pub(super) fn suspects<'a>(document: &'a Value, shown: &str) -> Vec<Suspect<'a>> {
    let mut strings = Vec::new();
    collect(document, &mut strings);
    let piece = |string: &'a str| {
        let ends = |from: usize| string[from..].char_indices().map(move |(at, c)| from + at + c.len_utf8());
        let pieces =
            string.char_indices().filter_map(|(from, _)| ends(from).nth(TELLING - 1).map(|to| &string[from..to]));
        pieces.into_iter().find(|piece| shown.contains(piece) && veiled_text(piece) != **piece)
    };
    let suspect = |string: &'a str| {
        piece(string).map(|text| Suspect { text, document: veiled(document.clone(), string).to_string() })
    };
    strings.into_iter().filter_map(suspect).collect()
}

/// Collects strings that are not documents themselves, since keys of documents may be shown.
fn collect<'a>(value: &'a Value, strings: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if !text.trim_start().starts_with(['{', '[']) => strings.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, strings)),
        Value::Object(entries) => entries.values().for_each(|value| collect(value, strings)),
        _ => {}
    }
}

fn veiled(value: Value, string: &str) -> Value {
    match value {
        Value::String(text) if text == string => Value::String(veiled_text(&text)),
        Value::Array(items) => items.into_iter().map(|item| veiled(item, string)).collect(),
        Value::Object(entries) => {
            Value::Object(entries.into_iter().map(|(key, value)| (key, veiled(value, string))).collect())
        }
        other => other,
    }
}

/// Replaces letters by others of the same case, so that an invalid text stays invalid.
fn veiled_text(text: &str) -> String {
    let other = |letter: char| match letter {
        'a'..='z' => 'q',
        'A'..='Z' => 'Q',
        other => other,
    };
    text.chars().map(other).collect()
}
