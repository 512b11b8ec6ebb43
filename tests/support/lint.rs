//! A linter of IAM policies that others wrote.

use std::path::Path;
use std::process::Command;

use crate::install::{self, POLICIES};

/// What the linter finds in these policies, a line each.
///
/// # Panics
/// With a sentence that says what to install; if the linter fails.
#[must_use]
pub fn lint<P: AsRef<Path>>(policies: &[P]) -> String {
    let programs = install::programs("python3", POLICIES).unwrap_or_else(|sentence| panic!("{sentence}"));
    let policies = policies.iter().map(AsRef::as_ref);
    let script = POLICIES.directory().join("lint.py");
    let linted = Command::new(programs.join("python")).arg(script).args(policies).output();
    let linted = linted.expect("the installed Python starts");
    assert!(linted.status.success(), "{}", String::from_utf8_lossy(&linted.stderr));
    String::from_utf8_lossy(&linted.stdout).into_owned()
}
