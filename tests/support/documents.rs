//! Random documents close to those that a type accepts: a valid document with a few changes.

use serde_json::{Map, Value};

/// A small deterministic random number generator.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// A generator whose numbers depend only on the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % end
    }
}

/// Values that often expose bugs in decoders.
const VALUES: [&str; 56] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "2",
    "9",
    "10",
    "255",
    "256",
    "65535",
    "65536",
    "5432.0",
    "5.432e3",
    "0.5",
    "1.5",
    "1.6",
    "-1.5",
    "1e2",
    "1e39",
    "9007199254740991",
    "-9007199254740991",
    "100000000000000000000",
    "\"\"",
    "\"a\"",
    "\"ab\"",
    "\"abc\"",
    "\"äöü\"",
    "\"😀\"",
    "\"true\"",
    "\"True\"",
    "\" false\\n\"",
    "\" \"",
    "\"007 \"",
    "\" 1.50\"",
    "\"1\"",
    "\"01\"",
    "\"+1\"",
    "\" 1\"",
    "\"1.0\"",
    "\"1.\"",
    "\"NaN\"",
    "\"a-01\"",
    "\"A-01\"",
    "\"\\u2028\"",
    "\"AQID\"",
    "\"AQI=\"",
    "\"AQJ=\"",
    "\"fF00\"",
    "\"fF0\"",
    "[]",
    "[1]",
    "{}",
    "{\"a\": 1}",
];

/// Undeclared keys that documents have.
const NAMES: [&str; 6] = ["a", "x", "Host", "user_name", "username", ""];

/// A random one of the values.
///
/// # Panics
/// If one is not JSON.
pub fn value(random: &mut Random) -> Value {
    serde_json::from_str(VALUES[random.below(VALUES.len())]).expect("JSON")
}

/// Makes up to three random changes to a document.
pub fn mutate(document: &mut Value, random: &mut Random) {
    for _ in 0..random.below(4) {
        change(document, random);
    }
}

fn change(at: &mut Value, random: &mut Random) {
    match at {
        Value::Object(entries) if random.below(8) > 0 => change_object(entries, random),
        Value::Array(items) if random.below(4) > 0 => match (items.len(), random.below(3)) {
            (0, _) | (_, 0) => items.push(value(random)),
            (count, 1) => {
                items.remove(random.below(count));
            }
            (count, _) => change(&mut items[random.below(count)], random),
        },
        other => *other = value(random),
    }
}

fn change_object(entries: &mut Map<String, Value>, random: &mut Random) {
    let keys: Vec<String> = entries.keys().cloned().collect();
    let chosen = if keys.is_empty() { None } else { Some(&keys[random.below(keys.len())]) };
    match (chosen, random.below(6)) {
        (Some(key), 0) => {
            entries.remove(key);
        }
        (Some(key), 1) => {
            let moved = entries.remove(key).unwrap_or_default();
            entries.insert(NAMES[random.below(NAMES.len())].to_owned(), moved);
        }
        (Some(key), 2..=4) => {
            if let Some(inner) = entries.get_mut(key) {
                change(inner, random);
            }
        }
        _ => {
            entries.insert(NAMES[random.below(NAMES.len())].to_owned(), value(random));
        }
    }
}

/// Replaces most strings and numbers with a canary, and adds it as a key to every object.
pub fn plant(at: &mut Value, text: &str, number: &str, random: &mut Random) {
    match at {
        Value::String(string) if random.below(4) > 0 => text.clone_into(string),
        Value::Number(old) if random.below(2) > 0 => {
            *old = serde_json::from_str(number).unwrap_or_else(|_| old.clone());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plant(item, text, number, random)),
        Value::Object(entries) => {
            entries.values_mut().for_each(|value| plant(value, text, number, random));
            if random.below(2) > 0 {
                entries.insert(text.to_owned(), Value::String(text.to_owned()));
            }
        }
        _ => {}
    }
}
