//! Runs every target on its seeds and on fixed mutations of them, without a fuzzer.

use std::panic::catch_unwind;
use std::path::Path;

use secrets_fuzz::replay::{Check, files, mutated};
use secrets_fuzz::{decode, descriptor, id, number, schema_reader};

/// Mutated inputs per target.
const CHANGED: u64 = 10_000;

#[track_caller]
fn replay(target: &str, check: Check) {
    let seeds = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target)).expect("seeds");
    assert!(!seeds.is_empty(), "no seeds for {target}");
    for seed in &seeds {
        check(seed);
    }
    for number in 0..CHANGED {
        let data = mutated(&seeds, number);
        let is_fine = catch_unwind(|| check(&data)).is_ok();
        assert!(is_fine, "{target}, change {number}: {:?}", String::from_utf8_lossy(&data));
    }
}

#[test]
fn documents_are_decoded_or_refused_without_showing_anything() {
    replay("decode", decode::check);
}

#[test]
fn a_number_is_what_its_text_says() {
    replay("number", number::check);
}

#[test]
fn an_id_is_judged_alike_where_it_is_declared_and_where_it_is_used() {
    replay("id", id::check);
}

#[test]
fn a_schema_file_is_read_as_json_and_compared() {
    replay("schema_reader", schema_reader::check);
}

#[test]
fn a_section_is_read_or_refused_whatever_is_in_it() {
    replay("descriptor", descriptor::check);
}
