//! A linter of IAM policies that others wrote.

use std::path::Path;
use std::process::Command;

use crate::install;

const LINT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/lint.py");

/// What the linter finds in these policies, a line each.
///
/// # Panics
/// With a sentence that says what to install; if the linter fails.
#[must_use]
pub fn lint<P: AsRef<Path>>(policies: &[P]) -> String {
    let python = install::linter("python3").unwrap_or_else(|sentence| panic!("{sentence}"));
    let policies = policies.iter().map(AsRef::as_ref);
    let linted = Command::new(python).arg(LINT).args(policies).output().expect("the installed Python starts");
    assert!(linted.status.success(), "{}", String::from_utf8_lossy(&linted.stderr));
    String::from_utf8_lossy(&linted.stdout).into_owned()
}
