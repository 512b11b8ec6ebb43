//! Installs programs of others under `target/` on first use.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

const EMULATOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/emulator/requirements.txt");
const LINTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/requirements.txt");

/// The Python interpreter of an environment that has the emulator; installs it if need be.
///
/// # Errors
/// A sentence that says what to install, or what the installer said.
pub(crate) fn emulator(python: &str) -> Result<PathBuf, String> {
    environment(python, "emulator", EMULATOR)
}

/// As [`emulator`], of one that has the linter of policies.
///
/// # Errors
/// As [`emulator`].
pub(crate) fn linter(python: &str) -> Result<PathBuf, String> {
    environment(python, "linter", LINTER)
}

fn environment(python: &str, name: &str, requirements: &str) -> Result<PathBuf, String> {
    let pinned = fs::read(requirements).map_err(|error| format!("cannot read {requirements}: {error}"))?;
    let place = target_directory()?.join(format!("{name}-{:016x}", hash(&pinned)));
    install(python, &place, requirements).map(|()| place.join("bin/python"))
}

/// Makes a virtual environment at `place`, once, whoever else is at it.
fn install(python: &str, place: &Path, requirements: &str) -> Result<(), String> {
    let told = |error: io::Error| format!("cannot install in {}: {error}", place.display());
    fs::create_dir_all(place).map_err(told)?;
    let lock = File::create(place.join("lock")).map_err(told)?;
    lock.lock().map_err(told)?;
    let done = place.join("installed");
    if done.exists() {
        return Ok(());
    }
    run(Command::new(python).args(["-m", "venv"]).arg(place)).map_err(|said| {
        format!(
            "the tests need Python 3.10 or later with its venv module: install `python3` and `python3-venv` ({said})"
        )
    })?;
    run(Command::new(place.join("bin/pip")).args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        requirements,
    ]))
    .map_err(|said| format!("the packages of {requirements} could not be installed with pip: {said}"))?;
    fs::write(done, "").map_err(told)
}

/// The last line that a failing command says.
fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    Err(said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned())
}

/// `target`, from `target/debug/deps/test`.
fn target_directory() -> Result<PathBuf, String> {
    let test = std::env::current_exe().map_err(|error| format!("cannot find the test's own program: {error}"))?;
    let target = test.ancestors().nth(3).ok_or("the test's own program is not in a target directory")?;
    Ok(target.to_owned())
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_python_one_sentence_says_what_to_install() {
        let place = target_directory().expect("a target directory").join("emulator-without-python");
        let said = install("/nonexistent/python3", &place, EMULATOR).expect_err("there is none");
        assert!(said.contains("install `python3` and `python3-venv`") && said.lines().count() == 1, "{said}");
    }

    #[test]
    fn without_the_venv_module_one_sentence_says_what_to_install() {
        let place = target_directory().expect("a target directory").join("emulator-without-venv");
        // Stands for a Python whose `-m venv` fails, as Debian's does without python3-venv.
        let said = install("/bin/false", &place, EMULATOR).expect_err("it fails");
        assert!(said.contains("install `python3` and `python3-venv`") && said.lines().count() == 1, "{said}");
    }
}
