//! Lays out arbitrary JSON as a schema file, or refuses it, and compares it with many types.

use secrets_runtime::SecretValue;
use secrets_shape::file_shape::{FileShape, Kinds};
use secrets_shape::fits;
use secrets_shape::shape::Shape;
use serde_json::Value;

use crate::decode::declarations::{Coded, Database, Flat, Login, Nested, Scalars};

#[allow(dead_code, reason = "the derive uses all of it")]
#[path = "../../secrets-derive/src/schema_file.rs"]
mod schema_file;

/// In bytes; longer inputs find nothing new.
const LONGEST: usize = 1 << 13;

/// Reads a schema file and compares it with many types.
///
/// # Panics
/// If the layout is inconsistent, a comparison panics, or it finds a problem in a type that an unknown type could not have.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.len() > LONGEST {
        return;
    }
    let Ok(schema) = serde_json::from_str::<Value>(text) else { return };
    let Ok(layout) = schema_file::layout(&schema) else { return };
    for place in &layout.places {
        let ends =
            [place.keys.1, place.variants.1, place.items.map_or(0, |at| at + 1), place.values.map_or(0, |at| at + 1)];
        assert!(ends.iter().all(|&end| end <= layout.places.len()), "a place beyond the last");
        assert!(place.kinds.0 <= Kinds::ALL.0);
    }
    layout.with(&[], |file| {
        let possible = found(&Shape::Unknown, file);
        let shapes: [&'static Shape; 6] = [
            const { &Login::SHAPE },
            const { &Nested::SHAPE },
            const { &Database::SHAPE },
            const { &Flat::SHAPE },
            const { &Coded::SHAPE },
            const { &Scalars::SHAPE },
        ];
        for shape in shapes {
            let problems = found(shape, file);
            for (at, (problems, possible)) in problems.iter().zip(&possible).enumerate() {
                assert_eq!(problems & !possible, 0, "a problem at {at} that nobody would have been told of");
            }
        }
    });
}

fn found(shape: &'static Shape, file: &FileShape<'_>) -> Vec<u8> {
    let mut found = vec![0; file.kinds.len() + file.constants.len()];
    fits::compare(shape, file, &mut found);
    found
}
