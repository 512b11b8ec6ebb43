//! A small workspace outside of this one, built as a user would build it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A workspace in its own directory that depends on the runtime without the AWS SDK.
#[derive(Debug)]
pub struct Application {
    root: PathBuf,
}

impl Application {
    /// Creates a workspace in the directory `name` below `place`. Workspaces in the same place share build output.
    ///
    /// # Panics
    /// If the directory cannot be written.
    #[must_use]
    pub fn new(place: &Path, name: &str) -> Self {
        let root = place.join("applications").join(name);
        fs::create_dir_all(&root).expect("a place under target");
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        fs::copy(lock, root.join("Cargo.lock")).expect("the versions that this workspace has already");
        Self { root }
    }

    /// The directory of the workspace.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a file, unless its content is unchanged, which would trigger a rebuild.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            return;
        }
        fs::create_dir_all(path.parent().unwrap_or(&self.root)).expect("a place under target");
        fs::write(path, text).expect("a place under target");
    }

    /// Deletes a file.
    ///
    /// # Panics
    /// If it cannot be deleted.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.root.join(path)).expect("was there");
    }

    /// Adds a package that depends on the runtime and on other packages of the workspace.
    pub fn package(&self, name: &str, dependencies: &[&str]) {
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../secrets-runtime");
        let line = |other: &&str| [other, " = { path = \"../", other, "\" }\n"].concat();
        let others: String = dependencies.iter().map(line).collect();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"1.2.3\"\nedition = \"2024\"\n\n[dependencies]\nsecrets-runtime = \
             {{ path = '{}', default-features = false, features = [\"derive\", \"descriptor\"] }}\n{others}",
            runtime.display()
        );
        self.write(&format!("{name}/Cargo.toml"), &manifest);
    }

    /// Runs cargo in the workspace, offline.
    ///
    /// # Panics
    /// If cargo cannot be run.
    #[must_use]
    pub fn cargo(&self, arguments: &str) -> Output {
        self.cargo_with(arguments, &[])
    }

    /// Like [`cargo`](Self::cargo), with environment variables.
    ///
    /// # Panics
    /// If cargo cannot be run.
    #[must_use]
    pub fn cargo_with(&self, arguments: &str, variables: &[(&str, &str)]) -> Output {
        Command::new(env!("CARGO"))
            .args(arguments.split_whitespace())
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.target())
            .envs([("CARGO_NET_OFFLINE", "true"), ("CARGO_TERM_COLOR", "never")])
            .env_remove("RUSTFLAGS")
            .env_remove("SECRETS_SCHEMA")
            .envs(variables.iter().copied())
            .output()
            .expect("cargo runs")
    }

    /// The build directory.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.root.with_file_name("target")
    }
}
