//! Canaries in documents, and what is suspected to come out of one.

use fastrand::Rng;
use serde_json::{Map, Number, Value};

/// No declaration and no message has it.
pub(super) const CANARY: &str = "cAnArYqZj";
const NUMBERS: [i64; 2] = [8_407_316_594, -8_407_316_594];
const NUMBER: &str = "8407316594";
/// How much of a value nobody may see.
const TELLING: usize = 8;

/// The document, if another reader of JSON reads it.
pub(super) fn parsed(document: &str) -> Option<Value> {
    serde_json::from_str(document).ok()
}

/// The canary that is shown.
pub(super) fn canary(shown: &str) -> Option<&'static str> {
    [CANARY, NUMBER].into_iter().find(|canary| shown.contains(canary))
}

/// The document with canaries here and there: in strings, in keys, in documents inside strings, in place of numbers.
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

/// A piece of a string that is shown, and the document without it.
pub(super) struct Suspect<'a> {
    pub(super) text: &'a str,
    pub(super) document: String,
}

/// What is shown and stands in a string of the document, as values of other strings or the declaration may, too.
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

/// Strings that hold no document, whose keys may be shown.
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

/// Other letters of the same case: what was wrong with the text still is.
fn veiled_text(text: &str) -> String {
    let other = |letter: char| match letter {
        'a'..='z' => 'q',
        'A'..='Z' => 'Q',
        other => other,
    };
    text.chars().map(other).collect()
}
