//! Describes and builds the workspace, through cargo.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::cli::Scope;
use crate::failure::Failure;
use crate::files;
use crate::output::Output;

/// Whether a build compares the types with their schema files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checking {
    /// The build compares them.
    OfSchemas,
    /// The build does not: an outdated schema file, which `pull` repairs, would stop it.
    OfNothing,
}

/// The packages of a workspace, and the selected ones.
#[derive(Debug)]
pub struct Workspace {
    pub members: Vec<Package>,
    /// Package names; empty means all.
    chosen: Vec<String>,
}

/// A package of the workspace.
#[derive(Debug, Clone, Deserialize)]
pub struct Package {
    id: String,
    pub name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Clone, Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
}

/// A message of `cargo build`. Only messages about built artifacts have files.
#[derive(Deserialize)]
struct Message {
    reason: String,
    package_id: Option<String>,
    target: Option<Target>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    executable: Option<PathBuf>,
}

impl Package {
    pub fn directory(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("."))
    }

    /// Whether a target of the package is linked.
    fn is_linked(&self) -> bool {
        self.targets.iter().any(|target| target.is_one_of(&LINKED))
    }
}

/// Linked targets already contain the entries of the libraries they use.
const LINKED: [&str; 3] = ["bin", "cdylib", "dylib"];

impl Target {
    fn is_one_of(&self, kinds: &[&str]) -> bool {
        self.kind.iter().any(|kind| kinds.contains(&kind.as_str()))
    }
}

impl Workspace {
    /// Finds the workspace with `cargo metadata`; builds nothing.
    pub fn find(scope: &Scope, output: &Output) -> Result<Self, Failure> {
        let mut arguments: Vec<OsString> = ["metadata", "--no-deps", "--format-version", "1"].map(Into::into).into();
        arguments.extend(scope.manifest());
        let said = cargo(&arguments, Stdio::piped(), output)?;
        if !said.status.success() {
            let said = String::from_utf8_lossy(&said.stderr);
            let said = said.trim().trim_start_matches("error: ");
            let failure = Failure::new(said);
            // cargo's other errors already say what to do.
            let is_elsewhere = said.contains("could not find `Cargo.toml`") || said.contains("does not exist");
            return Err(if is_elsewhere {
                failure.help("run it in a cargo workspace, or name one with --manifest-path")
            } else {
                failure
            });
        }
        let unreadable = |_| Failure::new("what `cargo metadata` says cannot be read").help("update cargo-secrets");
        let metadata: Metadata = serde_json::from_slice(&said.stdout).map_err(unreadable)?;
        let Metadata { packages, workspace_members } = metadata;
        let members: Vec<Package> =
            packages.into_iter().filter(|package| workspace_members.contains(&package.id)).collect();
        let workspace = Self { members, chosen: scope.package.clone() };
        workspace.has_chosen().map(|()| workspace)
    }

    /// Whether the package is selected.
    pub fn is_chosen(&self, package: &str) -> bool {
        self.chosen.is_empty() || self.chosen.iter().any(|name| name == package)
    }

    fn has_chosen(&self) -> Result<(), Failure> {
        let names: Vec<&str> = self.members.iter().map(|member| member.name.as_str()).collect();
        match self.chosen.iter().find(|name| !names.contains(&name.as_str())) {
            Some(missing) => Err(Failure::new(format!("the workspace has no package `{missing}`"))
                .help(format!("its packages are {}", names.join(", ")))),
            None => Ok(()),
        }
    }

    /// The directory of a selected member.
    pub fn directory_of(&self, package: &str) -> Option<&Path> {
        let member = self.members.iter().find(|member| member.name == package)?;
        self.is_chosen(package).then(|| member.directory())
    }

    /// Notes missing schema files before a long build fails on them. It scans the sources as text, so it also finds paths in comments.
    pub fn note_missing_schemas(&self, output: &Output) {
        for member in self.members.iter().filter(|member| self.is_chosen(&member.name)) {
            let mut named = BTreeSet::new();
            collect_schemas(&member.directory().join("src"), &mut named);
            for path in named.into_iter().map(|path| member.directory().join(path)).filter(|path| !path.exists()) {
                let path = files::shown(&path);
                output.note(format_args!("{path} does not exist: if the build needs it, run `cargo secrets pull`"));
            }
        }
    }

    /// Builds the selected packages and returns the files to read entries from. Compiler output goes to standard error.
    pub fn build(&self, of_cargo: Vec<OsString>, checking: Checking, output: &Output) -> Result<Vec<PathBuf>, Failure> {
        let mut arguments: Vec<OsString> =
            ["build", "--message-format", "json-render-diagnostics"].map(Into::into).into();
        arguments.extend(of_cargo);
        let said = cargo_with(&arguments, checking, Stdio::inherit(), output)?;
        if !said.status.success() {
            return Err(Failure::new("the build failed, so that there is no program to read")
                .help("correct what the compiler reports; `cargo secrets pull` brings schema files up to date"));
        }
        let lines = said.stdout.split(|&byte| byte == b'\n').filter(|line| line.starts_with(b"{"));
        let messages = lines.filter_map(|line| serde_json::from_slice::<Message>(line).ok());
        let mut files: Vec<PathBuf> = messages.filter_map(|message| self.artifact(message)).collect();
        files.dedup();
        Ok(files)
    }

    /// The built program, or the library of a package without a program.
    fn artifact(&self, message: Message) -> Option<PathBuf> {
        let Message { reason, package_id, target, filenames, executable } = message;
        let (id, target) = (package_id?, target?);
        let package = self.members.iter().find(|package| package.id == id && reason == "compiler-artifact")?;
        if !self.is_chosen(&package.name) {
            return None;
        }
        let ending = |endings: &[&str]| {
            let is = |file: &PathBuf| file.extension().is_some_and(|ending| endings.iter().any(|it| ending == *it));
            filenames.iter().find(|file| is(file)).cloned()
        };
        match executable {
            Some(program) if target.is_one_of(&["bin"]) => Some(program),
            _ if target.is_one_of(&LINKED) => ending(&["so", "dylib", "dll"]),
            _ if !package.is_linked() => ending(&["rlib", "a"]),
            _ => None,
        }
    }
}

/// Collects the paths in `schema = "secrets/db.schema.json"` from all Rust files below a directory.
fn collect_schemas(directory: &Path, named: &mut BTreeSet<String>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect_schemas(&path, named);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let paths = text.split("schema = \"").skip(1).filter_map(|rest| rest.split_once('"'));
            named.extend(
                paths
                    .map(|(path, _)| path.to_owned())
                    .filter(|path| Path::new(path).extension().is_some_and(|extension| extension == "json")),
            );
        }
    }
}

fn cargo(arguments: &[OsString], stderr: Stdio, output: &Output) -> Result<std::process::Output, Failure> {
    cargo_with(arguments, Checking::OfSchemas, stderr, output)
}

fn cargo_with(
    arguments: &[OsString],
    checking: Checking,
    stderr: Stdio,
    output: &Output,
) -> Result<std::process::Output, Failure> {
    // cargo sets it for its subcommands.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let shown: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    output.verbose(format_args!("running cargo {}", shown.join(" ")));
    let mut command = Command::new(&cargo);
    match checking {
        Checking::OfSchemas => command.env_remove("SECRETS_SCHEMA"),
        Checking::OfNothing => command.env("SECRETS_SCHEMA", "unchecked"),
    };
    if let Some(color) = output.color.for_cargo() {
        command.env("CARGO_TERM_COLOR", color);
    }
    if output.quiet {
        command.env("CARGO_TERM_QUIET", "true");
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr);
    let failed =
        |error| Failure::file("run", Path::new(&cargo), &error).help("install cargo, or set CARGO to its path");
    command.spawn().and_then(std::process::Child::wait_with_output).map_err(failed)
}
