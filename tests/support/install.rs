//! Installs the non-Rust tools of the tests under `target/`, on first use.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Why tests cannot run on this machine. `build.rs` reports it before anything is compiled.
const NEEDS_PYTHON: &str = include_str!("needs_python.txt");

/// The virtual environment with the tools.
pub(crate) struct Tools(PathBuf);

/// The environment, installed on first use.
///
/// # Panics
/// With a sentence that says what to install, or with the installer's message.
pub(crate) fn tools() -> &'static Tools {
    static TOOLS: OnceLock<Result<Tools, String>> = OnceLock::new();

    let tools = TOOLS.get_or_init(|| {
        let lists = ["requirements.txt", "postgres.txt"].map(source);
        let place = target_directory()?.join(format!("tools-{:016x}", hash(&lists)?));
        install("python3", &lists, &place).map(|()| Tools(place))
    });
    tools.as_ref().unwrap_or_else(|sentence| panic!("{sentence}"))
}

impl Tools {
    /// An installed program.
    pub(crate) fn program(&self, name: &str) -> Command {
        Command::new(self.0.join("bin").join(name))
    }

    /// A script of the tests, run with the environment's Python.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut python = self.program("python");
        python.arg(source(name));
        python
    }

    /// The directories of installed packages whose names start with `name`.
    pub(crate) fn packages(&self, name: &str) -> Vec<PathBuf> {
        let pythons = fs::read_dir(self.0.join("lib")).expect("a virtual environment has `lib`").flatten();
        let packages = pythons.flat_map(|python| fs::read_dir(python.path().join("site-packages"))).flatten().flatten();
        packages
            .filter(|package| package.file_name().as_encoded_bytes().starts_with(name.as_bytes()))
            .map(|package| package.path())
            .collect()
    }
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tools").join(name)
}

/// Creates a virtual environment at `place` once, even if several processes try.
fn install(python: &str, lists: &[PathBuf], place: &Path) -> Result<(), String> {
    let told = |error: io::Error| format!("cannot install the tests' tools in {}: {error}", place.display());
    fs::create_dir_all(place).map_err(told)?;
    let lock = File::create(place.join("lock")).map_err(told)?;
    lock.lock().map_err(told)?;
    let done = place.join("installed");
    if done.exists() {
        return Ok(());
    }
    run(Command::new(python).args(["-m", "venv"]).arg(place))
        .map_err(|said| format!("{} ({said})", NEEDS_PYTHON.trim()))?;
    let mut pip = Command::new(place.join("bin/pip"));
    // The lists contain all transitive dependencies, so pip need not resolve any.
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-compile", "--require-hashes", "--no-deps"]);
    for list in lists {
        pip.arg("-r").arg(list);
    }
    run(&mut pip).map_err(|said| format!("pip cannot install the tests' tools, listed in tests/tools: {said}"))?;
    fs::write(done, "").map_err(told)
}

/// Runs a command. The error is the last line of its output.
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

/// Hashes the lists, so that a changed list gets a new environment.
fn hash(files: &[PathBuf]) -> Result<u64, String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_python_or_its_venv_module_one_sentence_says_what_to_install() {
        // `/bin/false` stands for a Python whose `-m venv` fails, like Debian's without python3-venv.
        for python in ["/nonexistent/python3", "/bin/false"] {
            let place = target_directory().expect("a target directory").join("tools-without-python");
            let said = install(python, &[], &place).expect_err("it fails");
            assert!(said.starts_with("the tests need Python 3.9 or later"), "{said}");
            assert!(said.contains("install `python3` and `python3-venv`") && said.lines().count() == 1, "{said}");
        }
    }
}
