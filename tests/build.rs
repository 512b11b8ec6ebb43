//! Fails before the tests are compiled if they cannot run for lack of Python.

use std::process::{Command, Stdio};

fn main() {
    println!("cargo::rerun-if-changed=support/needs_python.txt");
    let mut python = Command::new("python3");
    python.args(["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))"]);
    let has_python = python.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !has_python {
        println!("cargo::error={}", include_str!("support/needs_python.txt").trim());
    }
}
