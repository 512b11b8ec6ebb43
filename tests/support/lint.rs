//! An independent linter for IAM policies.

use std::path::Path;

use crate::install::tools;

/// The findings of the linter, one per line.
///
/// # Panics
/// With a sentence that says what to install, or if the linter fails.
#[must_use]
pub fn lint<P: AsRef<Path>>(policies: &[P]) -> String {
    let policies = policies.iter().map(AsRef::as_ref);
    let linted = tools().script("lint.py").args(policies).output().expect("the installed Python starts");
    assert!(linted.status.success(), "{}", String::from_utf8_lossy(&linted.stderr));
    String::from_utf8_lossy(&linted.stdout).into_owned()
}
