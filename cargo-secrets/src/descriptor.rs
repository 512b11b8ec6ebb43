//! The descriptors in a program: what its types declare about the secrets that they are read from.
//!
//! `secrets-descriptor/1 `, the decimal length of the JSON in bytes, a line end, the JSON object, a line end. Entries stand in
//! a section of their own, in any order and with anything between them. A program may come from anywhere: nothing in it is
//! taken for granted.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What one type declares.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Descriptor {
    /// The secret's id as declared, placeholders and all.
    pub id: String,
    /// The type's path: `orders::db::OrdersDb`.
    #[serde(rename = "type")]
    pub type_path: String,
    /// The package that declares it.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// The schema's file, relative to the package.
    pub schema: Option<String>,
    /// The staging label that is read.
    pub stage: String,
    /// What the secret's text is.
    pub format: Format,
    /// The JSON Schema of what is accepted.
    pub json_schema: Value,
}

/// What the text of a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A JSON document.
    Json,
    /// Plain text: the schema is that of the text as a JSON string.
    Text,
}

/// Why an entry cannot be read, and at which byte of the section it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// The offset of the entry.
    pub at: usize,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It has another version than 1.
    Version,
    /// Its length is no number, or reaches beyond the section.
    Length,
    /// It is not the JSON object of a descriptor.
    Json,
    /// One of its names has a character that no name has.
    Name,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            Reason::Version => "is of a version that this `cargo secrets` does not read",
            Reason::Length => "has an impossible length",
            Reason::Json => "is not the JSON of a descriptor",
            Reason::Name => "has a control character in a name",
        };
        write!(f, "the descriptor at byte {} {reason}", self.at)
    }
}

impl std::error::Error for Malformed {}

const MAGIC: &[u8] = b"secrets-descriptor/";
const VERSION: &[u8] = b"1 ";
/// More digits than any length has: a section of a hundred megabytes.
const DIGITS: usize = 9;

/// Reads all entries of a section, in its order. What is between entries is ignored.
///
/// # Errors
/// The first entry that cannot be read.
pub fn read(section: &[u8]) -> Result<Vec<Descriptor>, Malformed> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = find(section, from) {
        let (descriptor, end) = entry(section, start).map_err(|reason| Malformed { at: start, reason })?;
        found.push(descriptor);
        from = end;
    }
    Ok(found)
}

/// Where the next entry begins.
fn find(section: &[u8], from: usize) -> Option<usize> {
    let rest = section.get(from..)?;
    rest.windows(MAGIC.len()).position(|window| window == MAGIC).map(|at| from + at)
}

/// The entry that begins at `start`, and where it ends.
fn entry(section: &[u8], start: usize) -> Result<(Descriptor, usize), Reason> {
    let after = section.get(start + MAGIC.len()..).unwrap_or_default();
    let after = after.strip_prefix(VERSION).ok_or(Reason::Version)?;
    let digits = after.iter().take(DIGITS + 1).position(|&byte| byte == b'\n').ok_or(Reason::Length)?;
    let length = number(&after[..digits]).ok_or(Reason::Length)?;
    let json = after[digits + 1..].get(..length).ok_or(Reason::Length)?;
    let descriptor: Descriptor = serde_json::from_slice(json).map_err(|_| Reason::Json)?;
    if !descriptor.json_schema.is_object() {
        return Err(Reason::Json);
    }
    if descriptor.names().any(|name| name.chars().any(char::is_control)) {
        return Err(Reason::Name);
    }
    Ok((descriptor, start + MAGIC.len() + VERSION.len() + digits + 1 + length))
}

/// `5432`, and neither `+5432` nor nothing.
fn number(digits: &[u8]) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
}

impl Descriptor {
    /// What is shown of it as it stands, on terminals too.
    fn names(&self) -> impl Iterator<Item = &str> {
        let Self { id, type_path, package, version, schema, stage, format: _, json_schema: _ } = self;
        [id, type_path, package, version, stage].into_iter().chain(schema).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"id":"{APP_ENV}/db","type":"orders::Db","package":"orders","version":"1.2.3","schema":null,"stage":"AWSCURRENT","format":"json","json_schema":{"type":"object"}}"#;

    fn entry_of(json: &str) -> Vec<u8> {
        format!("secrets-descriptor/1 {}\n{json}\n", json.len()).into_bytes()
    }

    #[test]
    fn entries_are_read_with_anything_between_them() {
        let one = entry_of(JSON);
        let section = [&[0; 7][..], &one, &[0, 255, b'x'], &one, b"secrets-descr"].concat();
        let found = read(&section).expect("two entries");
        assert_eq!(found.len(), 2);
        assert_eq!((&*found[0].id, &*found[0].type_path), ("{APP_ENV}/db", "orders::Db"));
        assert_eq!((found[0].format, &found[0].schema), (Format::Json, &None));
        assert_eq!(read(&[0; 4096]), Ok(Vec::new()));
        assert_eq!(read(b""), Ok(Vec::new()));
    }

    #[test]
    fn the_words_of_an_entry_inside_another_do_not_begin_one() {
        let nested = JSON.replace("1.2.3", "secrets-descriptor/1 9");
        assert_eq!(read(&entry_of(&nested)).expect("one entry").len(), 1);
    }

    #[test]
    fn a_member_that_is_new_is_left_alone() {
        let newer = JSON.replace(r#""schema":null"#, r#""schema":null,"trim":true"#);
        assert_eq!(read(&entry_of(&newer)).expect("one entry").len(), 1);
    }

    #[test]
    fn what_cannot_be_read_says_where_and_why() {
        let text = |text: &str| text.as_bytes().to_vec();
        let cases = [
            (text("secrets-descriptor/2 5\n{...}"), Reason::Version),
            (text("secrets-descriptor/"), Reason::Version),
            (text("secrets-descriptor/1 "), Reason::Length),
            (text("secrets-descriptor/1 \n{}"), Reason::Length),
            (text("secrets-descriptor/1 +2\n{}"), Reason::Length),
            (text("secrets-descriptor/1 99999999999999999999\n{}"), Reason::Length),
            (text("secrets-descriptor/1 3\n{}"), Reason::Length),
            (entry_of("{}"), Reason::Json),
            (entry_of(&JSON[1..]), Reason::Json),
            (entry_of(&JSON.replace(r#"{"type":"object"}"#, "true")), Reason::Json),
            (entry_of(&JSON.replace("orders::Db", r"\u001b[31m")), Reason::Name),
            (entry_of(&"[".repeat(100_000)), Reason::Json),
        ];
        for (section, reason) in cases {
            let section = [b"..".as_slice(), &section].concat();
            assert_eq!(read(&section), Err(Malformed { at: 2, reason }), "{}", String::from_utf8_lossy(&section));
        }
    }

    #[test]
    fn every_truncation_and_every_flipped_byte_is_read_or_refused() {
        let whole = entry_of(JSON);
        for length in 0..whole.len() {
            let _ = read(&whole[..length]);
            for mask in [1, 0x80, 0xff] {
                let mut flipped = whole.clone();
                flipped[length] ^= mask;
                let _ = read(&flipped);
            }
        }
    }
}
