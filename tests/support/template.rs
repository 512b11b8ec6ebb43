//! CloudFormation's linter and template parser.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::install::tools;

/// The linter's findings for a template, including informational ones; empty if there are none.
///
/// # Panics
/// With a sentence that says what to install.
#[must_use]
pub fn lint_template(template: &Path) -> String {
    let mut linter = tools().program("cfn-lint");
    let (succeeded, said) = run(linter.args(["--include-checks", "I", "--template"]).arg(template));
    assert_eq!(succeeded, said.is_empty(), "{said}");
    said
}

/// A template with its short forms expanded.
///
/// # Panics
/// If it cannot be read, or with a sentence that says what to install.
#[must_use]
pub fn read_template(template: &Path) -> Value {
    let (succeeded, json) = run(tools().script("template.py").arg(template));
    assert!(succeeded, "{json}");
    serde_json::from_str(&json).expect("JSON")
}

/// Whether the command succeeded, and its output.
fn run(command: &mut Command) -> (bool, String) {
    let output = command.output().expect("it was installed");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).expect("text").trim().to_owned())
}
