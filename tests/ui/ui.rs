//! Each case in `cases/` makes one mistake; the `.stderr` beside it is what its author reads.
//!
//! `TRYBUILD=overwrite cargo test -p secrets-ui-tests` writes them anew; read the difference as prose.

#[test]
fn every_mistake_is_explained() {
    trybuild::TestCases::new().compile_fail("cases/*/*.rs");
}
