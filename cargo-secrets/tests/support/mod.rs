//! Runs the command like a user does: in a separate workspace, with a controlled environment.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use secrets_tests::{Application, Emulator, REGION};

/// The outcome of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Everything that was printed.
    pub(crate) fn shown(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Standard output. Fails unless the exit status is `status`.
    #[track_caller]
    pub(crate) fn ended(self, status: i32) -> String {
        assert_eq!(self.status, Some(status), "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }
}

/// A workspace and the service with its secrets.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) application: Application,
    pub(crate) emulator: Arc<Emulator>,
    package: &'static str,
    variables: Vec<(String, String)>,
}

impl Session {
    /// A workspace with one package. The build output has the package's name, in a directory that all sessions share.
    pub(crate) fn new(name: &str, package: &'static str) -> Self {
        Self::on(Emulator::shared(), name, package)
    }

    /// Like [`new`](Self::new), with the given emulator.
    pub(crate) fn on(emulator: Arc<Emulator>, name: &str, package: &'static str) -> Self {
        let application = Application::new(Path::new(env!("CARGO_TARGET_TMPDIR")), name);
        application.write("Cargo.toml", &WORKSPACE.replace("PACKAGE", package));
        application.package(package, &[]);
        let _ = std::fs::remove_dir_all(application.root().join(package).join("secrets"));
        let endpoint = emulator.endpoint();
        Self { application, emulator, package, variables: Vec::new() }
            .with("AWS_ENDPOINT_URL", &endpoint)
            .with("AWS_ACCESS_KEY_ID", "test")
            .with("AWS_SECRET_ACCESS_KEY", "test")
            .with("AWS_REGION", REGION)
    }

    /// Sets an environment variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn source(&self, text: &str) {
        self.application.write(&format!("{}/src/main.rs", self.package), text);
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.application.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs `cargo secrets ..`
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        self.run_with(arguments, "")
    }

    /// Like [`run`](Self::run), with standard input.
    pub(crate) fn run_with(&self, arguments: &str, stdin: &str) -> Ran {
        let mut command = self.command();
        command.arg("secrets").args(arguments.split_whitespace());
        let mut child = command.spawn().expect("it starts");
        // The command may exit without reading its input.
        let _ = child.stdin.take().expect("piped").write_all(stdin.as_bytes());
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Ran {
            status: output.status.code(),
            stdout: without_suffixes(&text(output.stdout)),
            stderr: text(output.stderr),
        }
    }

    /// The command without arguments.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-secrets"));
        let is_ours = |name: &str| name.starts_with("AWS_") || name.starts_with("SECRETS_") || name == "APP_ENV";
        for (name, _) in std::env::vars().filter(|(name, _)| is_ours(name)) {
            command.env_remove(name);
        }
        command
            .current_dir(self.application.root())
            .env("CARGO_TARGET_DIR", self.application.target())
            .envs([("CARGO_NET_OFFLINE", "true"), ("CARGO_TERM_COLOR", "never")])
            .envs([("HOME", "/nonexistent"), ("AWS_EC2_METADATA_DISABLED", "true")])
            .env_remove("RUSTFLAGS")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for (name, value) in toolchain() {
            command.env(name, value);
        }
        command
    }

    /// Builds the current source and copies the program to `name`.
    pub(crate) fn built(&self, name: &str) -> PathBuf {
        let output = self.application.cargo("build");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.aside(&format!("debug/{}", self.package), name)
    }

    /// Like [`built`](Self::built), in release mode and stripped.
    pub(crate) fn built_and_stripped(&self, name: &str) -> PathBuf {
        let output = self.application.cargo(&format!("rustc -p {} --release -- -C strip=symbols", self.package));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.aside(&format!("release/{}", self.package), name)
    }

    fn aside(&self, built: &str, name: &str) -> PathBuf {
        std::fs::copy(self.application.target().join(built), self.application.root().join(name)).expect("built");
        PathBuf::from(name)
    }

    /// Changes a secret, like an edit in the console.
    pub(crate) async fn put(&self, name: &str, text: &str) {
        let put = self.emulator.client().put_secret_value().secret_id(name).secret_string(text);
        put.send().await.expect("put");
    }
}

/// Removes the random six-character suffixes of ARNs.
fn without_suffixes(stdout: &str) -> String {
    let line = |line: &str| match line.strip_prefix("  is arn:").and_then(|arn| arn.rsplit_once('-')) {
        Some((arn, suffix)) => format!("  is arn:{arn}-{}", "?".repeat(suffix.len() - 1) + "\n"),
        None => line.to_owned(),
    };
    stdout.split_inclusive('\n').map(line).collect()
}

/// Variables for cargo's own directories, which it otherwise finds through HOME.
fn toolchain() -> impl Iterator<Item = (&'static str, String)> {
    let home = std::env::var("HOME").unwrap_or_default();
    [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")]
        .into_iter()
        .map(move |(name, directory)| (name, std::env::var(name).unwrap_or_else(|_| format!("{home}/{directory}"))))
}

const WORKSPACE: &str = r#"[workspace]
resolver = "3"
members = ["PACKAGE"]

[profile.dev]
debug = false

[profile.release.package."*"]
opt-level = 0
"#;
