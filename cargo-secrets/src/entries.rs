//! Finds and reads descriptor entries: the declarations that a program embeds, anywhere among the other bytes of the file.
//!
//! A program may come from an untrusted source, so its content is validated.

use std::collections::HashSet;
use std::fmt;

use memchr::memmem;
use secrets_shape::wire::{self, Declaration, HEADING, MAGIC};

/// An entry that cannot be read, and its offset in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The byte offset of the entry.
    pub at: usize,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It was written in another version of the format.
    Version,
    /// It is truncated, or its checksum does not match.
    Damaged,
    /// It is complete, but its content is not a valid entry.
    Unreadable,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            Reason::Version => "has the form of another version",
            Reason::Damaged => "is damaged",
            Reason::Unreadable => "cannot be read",
        };
        write!(f, "the entry at byte {} {reason}", self.at)
    }
}

/// The last two bytes of the magic: a version and its complement.
const VERSION: usize = MAGIC.len() - 2;

/// Reads all entries in file order, without duplicates: a library may hold several copies of one.
///
/// # Errors
/// The first entry that cannot be read.
pub fn read(file: &[u8]) -> Result<Vec<&'static Declaration<'static>>, Broken> {
    let (mut found, mut known) = (Vec::new(), HashSet::new());
    for at in memmem::find_iter(file, &MAGIC[..VERSION]) {
        let Some(entry) = entry(&file[at..]).map_err(|reason| Broken { at, reason })? else { continue };
        if known.insert(entry) {
            let declaration = wire::read(entry).filter(is_shown_safely);
            let declaration = declaration.ok_or(Broken { at, reason: Reason::Unreadable })?;
            found.push(&*Box::leak(Box::new(declaration)));
        }
    }
    Ok(found)
}

/// The payload after the heading, or `None` if the magic only occurs by chance.
fn entry(bytes: &[u8]) -> Result<Option<&[u8]>, Reason> {
    match bytes.get(VERSION..MAGIC.len()) {
        Some([version, complement]) if *version == !*complement => {}
        _ => return Ok(None),
    }
    if !bytes.starts_with(&MAGIC) {
        return Err(Reason::Version);
    }
    let heading = bytes.get(MAGIC.len()..HEADING).and_then(|heading| heading.split_first_chunk::<4>());
    let (length, sum) = heading.ok_or(Reason::Damaged)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| Reason::Damaged)?;
    let payload = bytes.get(HEADING..).and_then(|rest| rest.get(..length)).ok_or(Reason::Damaged)?;
    if wire::checksum(payload).to_le_bytes() == *sum { Ok(Some(payload)) } else { Err(Reason::Damaged) }
}

/// Names are printed on terminals, so they must hold no control characters.
fn is_shown_safely(declaration: &Declaration<'_>) -> bool {
    let Declaration { id, type_path, package, version, schema, stage, .. } = declaration;
    let names = [*type_path, package, version, stage].into_iter().chain(*id).chain(*schema);
    names.into_iter().all(|name| !name.chars().any(char::is_control))
}

#[cfg(test)]
mod tests {
    use secrets_shape::shape::Shape;
    use secrets_shape::wire::Format;

    use super::*;

    const DECLARATION: Declaration<'static> = Declaration {
        id: Some("{APP_ENV}/db"),
        type_path: "orders::Db",
        package: "orders",
        version: "1.2.3",
        schema: None,
        is_checked: true,
        stage: "AWSCURRENT",
        format: Format::Json,
        shape: Shape::String,
    };

    fn entry_of(declaration: &Declaration<'_>) -> Vec<u8> {
        wire::entry::<512>(declaration, wire::length(declaration)).to_vec()
    }

    #[test]
    fn entries_are_read_with_anything_between_them_and_each_once() {
        let one = entry_of(&DECLARATION);
        let other = entry_of(&Declaration { stage: "AWSPREVIOUS", ..DECLARATION });
        let file = [&[0; 7][..], &one, &[0, 255, b'x'], &other, &one, b"\x7fsecrets-entry\x02\x1a\n: the words alone"]
            .concat();
        let found = read(&file).expect("two entries");
        let stages: Vec<&str> = found.iter().map(|declaration| declaration.stage).collect();
        assert_eq!(stages, ["AWSCURRENT", "AWSPREVIOUS"]);
        assert_eq!((found[0].id, found[0].type_path), (Some("{APP_ENV}/db"), "orders::Db"));
        assert!(read(&[0; 4096]).expect("none").is_empty() && read(b"").expect("none").is_empty());
    }

    #[test]
    fn what_cannot_be_read_says_where_and_why() {
        let whole = entry_of(&DECLARATION);
        let changed = |at: usize, byte: u8| {
            let mut entry = whole.clone();
            entry[at] = byte;
            entry
        };
        let versioned = [&changed(VERSION, 3)[..=VERSION], &[!3], &whole[MAGIC.len()..]].concat();
        let escape = entry_of(&Declaration { type_path: "\u{1b}[31m", ..DECLARATION });
        let cases = [
            (versioned, Reason::Version),
            (whole[..MAGIC.len() + 3].to_vec(), Reason::Damaged),
            (whole[..HEADING + 9].to_vec(), Reason::Damaged),
            (changed(HEADING + 3, b'!'), Reason::Damaged),
            (changed(MAGIC.len() + 3, 1), Reason::Damaged),
            (escape, Reason::Unreadable),
        ];
        for (entry, reason) in cases {
            let file = [b"..".as_slice(), &entry].concat();
            assert_eq!(read(&file).map(|_| ()), Err(Broken { at: 2, reason }));
        }
    }

    #[test]
    fn every_truncation_and_every_flipped_byte_is_read_or_refused() {
        let whole = entry_of(&DECLARATION);
        for length in 0..whole.len() {
            let _ = read(&whole[..length]);
            for mask in [1, 0x80, 0xff] {
                let mut flipped = whole.clone();
                flipped[length] ^= mask;
                // A flipped byte must never yield another declaration.
                if let Ok(found) = read(&flipped) {
                    assert!(found.iter().all(|declaration| format!("{declaration:?}") == format!("{DECLARATION:?}")));
                }
            }
        }
    }
}
