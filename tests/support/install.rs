//! Installs what the tests run besides Rust under `target/`, on first use.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is installed together: the name of a directory with a `requirements.txt`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tools(pub(crate) &'static str);

/// The emulator.
pub(crate) const EMULATOR: Tools = Tools("emulator");

/// A linter of IAM policies.
pub(crate) const POLICIES: Tools = Tools("policies");

/// The emulator with its CloudFormation, and a linter for that.
pub(crate) const DEPLOYMENT: Tools = Tools("deployment");

impl Tools {
    /// Their directory in the sources.
    pub(crate) fn directory(self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(self.0)
    }

    fn requirements(self) -> PathBuf {
        self.directory().join("requirements.txt")
    }
}

/// The programs of an environment that has the tools; installs them if need be.
///
/// # Errors
/// A sentence that says what to install, or what the installer said.
pub(crate) fn programs(python: &str, tools: Tools) -> Result<PathBuf, String> {
    let file = tools.requirements();
    let requirements = fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let place = target_directory()?.join(format!("{}-{:016x}", tools.0, hash(&requirements)));
    install(python, &file, &place).map(|()| place.join("bin"))
}

/// Makes a virtual environment at `place`, once, whoever else is at it.
fn install(python: &str, requirements: &Path, place: &Path) -> Result<(), String> {
    let told = |error: io::Error| format!("cannot install the tests' tools in {}: {error}", place.display());
    fs::create_dir_all(place).map_err(told)?;
    let lock = File::create(place.join("lock")).map_err(told)?;
    lock.lock().map_err(told)?;
    let done = place.join("installed");
    if done.exists() {
        return Ok(());
    }
    run(Command::new(python).args(["-m", "venv"]).arg(place)).map_err(|said| {
        format!(
            "these tests need Python 3.11 or later with its venv module: install `python3` and `python3-venv` ({said})"
        )
    })?;
    let arguments = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"];
    run(Command::new(place.join("bin/pip")).args(arguments).arg(requirements)).map_err(|said| {
        format!("the packages in {} could not be installed with pip: {said}", requirements.display())
    })?;
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
        let said = install("/nonexistent/python3", &EMULATOR.requirements(), &place).expect_err("there is none");
        assert!(said.contains("install `python3` and `python3-venv`") && said.lines().count() == 1, "{said}");
    }

    #[test]
    fn without_the_venv_module_one_sentence_says_what_to_install() {
        let place = target_directory().expect("a target directory").join("emulator-without-venv");
        // Stands for a Python whose `-m venv` fails, as Debian's does without python3-venv.
        let said = install("/bin/false", &EMULATOR.requirements(), &place).expect_err("it fails");
        assert!(said.contains("install `python3` and `python3-venv`") && said.lines().count() == 1, "{said}");
    }
}
