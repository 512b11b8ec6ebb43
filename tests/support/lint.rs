//! A linter of IAM policies that others wrote.

use std::path::Path;

use crate::install::tools;

/// What the linter finds in these policies, a line each.
///
/// # Panics
/// With a sentence that says what to install; if the linter fails.
#[must_use]
pub fn lint<P: AsRef<Path>>(policies: &[P]) -> String {
    let policies = policies.iter().map(AsRef::as_ref);
    let linted = tools().script("lint.py").args(policies).output().expect("the installed Python starts");
    assert!(linted.status.success(), "{}", String::from_utf8_lossy(&linted.stderr));
    String::from_utf8_lossy(&linted.stdout).into_owned()
}
