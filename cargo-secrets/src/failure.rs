//! What went wrong, and what to do about it.

use std::fmt;
use std::io;
use std::path::Path;

use secrets_runtime::ErrorKind;

/// Why a question has no answer. It is made of names, ids and kinds; nothing that a secret contains gets in.
#[derive(Debug, Clone)]
pub struct Failure {
    message: String,
    help: Option<String>,
    /// What is known of the secret all the same.
    answer: Option<&'static str>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, answer: None }
    }

    /// Adds what to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// What is known of the secret all the same: that there is none, or that it cannot fit.
    pub fn answer(&self) -> Option<&'static str> {
        self.answer
    }

    /// A file that cannot be read or written.
    pub fn file(does: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {does} {}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, help, answer: _ } = self;
        f.write_str(message)?;
        match help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// The runtime's errors say what to do by themselves.
impl From<secrets_runtime::Error> for Failure {
    fn from(error: secrets_runtime::Error) -> Self {
        let answer = match error.kind() {
            ErrorKind::NotFound | ErrorKind::MarkedForDeletion => Some("missing"),
            ErrorKind::Binary => Some("does not fit"),
            _ => None,
        };
        Self { answer, ..Self::new(format!("{error:#}")) }
    }
}
