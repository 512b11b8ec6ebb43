//! Reads the entries of programs, which may come from an untrusted source.

#[allow(dead_code, reason = "the command uses all of it")]
#[path = "../../cargo-secrets/src/entries.rs"]
mod entries;

use entries::Broken;
use secrets_shape::wire::{self, Declaration, HEADING, MAGIC};

/// Reads a file as it is, as the payload of an entry, and among other bytes.
///
/// # Panics
/// If the surrounding bytes change what is read, or if an entry cannot be shown or encoded again.
pub fn check(data: &[u8]) {
    one(data);
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes();
    let sum = wire::checksum(data).to_le_bytes();
    one(&[&MAGIC[..], &length, &sum, data].concat());
}

fn one(file: &[u8]) {
    let read = entries::read(file);
    let moved = entries::read(&[&[0; 5], file].concat());
    match (&read, &moved) {
        (Ok(found), Ok(again)) => {
            assert_eq!(said(found), said(again));
            for declaration in found {
                whole(declaration);
            }
        }
        (Err(Broken { at, reason }), Err(again)) => assert_eq!((at + 5, *reason), (again.at, again.reason)),
        _ => panic!("{read:?}, five bytes later {moved:?}"),
    }
    let twice = [file, b"\n", file].concat();
    if let (Ok(found), Ok(again)) = (&read, entries::read(&twice)) {
        assert_eq!(found.len(), again.len(), "each once");
    }
}

fn said(found: &[&'static Declaration<'static>]) -> Vec<String> {
    found.iter().map(|declaration| format!("{declaration:?}")).collect()
}

/// Checks that an entry is safe for a terminal, and stays the same when encoded again.
fn whole(declaration: &'static Declaration<'static>) {
    const SIZE: usize = 1 << 16;
    let Declaration { id, type_path, package, version, schema, stage, .. } = declaration;
    for name in [*type_path, package, version, stage].into_iter().chain(*id).chain(*schema) {
        assert!(!name.chars().any(char::is_control), "{name:?}");
    }
    let length = wire::length(declaration);
    if (SIZE / 2 + 1..=SIZE).contains(&length) {
        let entry = wire::entry::<SIZE>(declaration, length);
        let again = wire::read(&entry[HEADING..length]).expect("it was an entry before");
        assert_eq!(format!("{again:?}"), format!("{declaration:?}"));
    }
}
