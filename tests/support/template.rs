//! CloudFormation's linter, and its reading of a template.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::install::{self, DEPLOYMENT};

/// What the linter has against a template, informational remarks included; empty if nothing.
///
/// # Panics
/// With a sentence that says what to install.
#[must_use]
pub fn lint_template(template: &Path) -> String {
    let arguments: [&OsStr; 4] =
        ["--include-checks".as_ref(), "I".as_ref(), "--template".as_ref(), template.as_os_str()];
    let (succeeded, said) = run("cfn-lint", &arguments);
    assert_eq!(succeeded, said.is_empty(), "{said}");
    said
}

/// A template with its short forms written out.
///
/// # Panics
/// If it cannot be read, or with a sentence that says what to install.
#[must_use]
pub fn read_template(template: &Path) -> Value {
    let script = DEPLOYMENT.directory().join("template.py");
    let (succeeded, json) = run("python", &[script.as_os_str(), template.as_os_str()]);
    assert!(succeeded, "{json}");
    serde_json::from_str(&json).expect("JSON")
}

/// Whether it succeeds, and what it says.
fn run(program: &str, arguments: &[&OsStr]) -> (bool, String) {
    let programs = install::programs("python3", DEPLOYMENT).unwrap_or_else(|sentence| panic!("{sentence}"));
    let output = Command::new(programs.join(program)).args(arguments).output().expect("it was installed");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).expect("text").trim().to_owned())
}
