//! Compile times; a separate script measures and prints them.

use std::path::Path;
use std::process::Command;

/// Prints the compile times, which takes some minutes.
///
/// # Panics
/// If there is no `python3`, or something does not compile.
pub fn times() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("compile_time.py");
    let status = Command::new("python3").arg(script).status().expect("`python3` runs");
    assert!(status.success(), "compile_time.py: {status}");
}
