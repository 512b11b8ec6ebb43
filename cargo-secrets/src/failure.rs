//! Errors of the command, with remedies.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::Path;

use secrets_runtime::ErrorKind;
use serde_json::{Value, json};

use crate::files;

/// Why the command could not answer. It holds names, ids and kinds only, never a secret's content.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The kind of the runtime's error; `command` for errors of the command itself.
    kind: Cow<'static, str>,
    message: String,
    help: Option<String>,
    /// What is known of the secret despite the error.
    answer: Option<&'static str>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { kind: "command".into(), message: message.into(), help: None, answer: None }
    }

    /// Adds a remedy.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// What is known of the secret despite the error: that it does not exist, or that it cannot fit.
    pub fn answer(&self) -> Option<&'static str> {
        self.answer
    }

    /// A file that cannot be read or written.
    pub fn file(does: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {does} {}: {error}", files::shown(path)))
    }

    pub fn json(&self) -> Value {
        let Self { kind, message, help, answer: _ } = self;
        json!({"kind": kind, "message": message, "help": help})
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, help, .. } = self;
        f.write_str(message)?;
        match help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// The kind as errors serialize it: `not_found`.
fn kind(kind: ErrorKind) -> String {
    let kind = serde_json::to_value(kind).unwrap_or_default();
    kind.as_str().unwrap_or_default().to_owned()
}

/// The runtime's errors carry their own remedy.
impl From<secrets_runtime::Error> for Failure {
    fn from(error: secrets_runtime::Error) -> Self {
        let answer = match error.kind() {
            ErrorKind::NotFound | ErrorKind::MarkedForDeletion => Some("missing"),
            ErrorKind::Binary => Some("does not fit"),
            _ => None,
        };
        Self {
            kind: kind(error.kind()).into(),
            message: secrets_runtime::__tools::without_help(&error),
            help: error.hint().map(str::to_owned),
            answer,
        }
    }
}
