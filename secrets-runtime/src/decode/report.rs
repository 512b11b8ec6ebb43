//! The violations of a document: each has an exact path and never a value.

use std::borrow::Cow;
use std::fmt;

use super::path::Path;
use super::view::Json;
use crate::json::Broken;

/// One violation of a secret's contract.
///
/// It is made from the declaration: the path, what was expected, and the *kind* of what was found. Map keys appear as
/// `*`, unknown keys only if they are a near miss of a declared name, and values never.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// # use secrets_runtime::Secret;
/// # #[derive(Secret)] struct Db { #[secret(range(min = 1))] port: u16 }
/// let error = Db::from_json(r#"{"port": 0}"#).map(|db| db.port).unwrap_err();
/// let violation = &error.violations()[0];
/// assert_eq!(violation.to_string(), "port: expected an integer from 1 to 65535, found a smaller number");
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    path: String,
    expected: String,
    found: Cow<'static, str>,
}

impl Violation {
    /// The path: `replicas[0].port`, `tenants.*.token`, or empty for the secret itself.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::Secret;
    /// # #[derive(Secret)] struct Db { #[secret(range(min = 1))] port: u16 }
    /// let error = Db::from_json(r#"{"port": 0}"#).map(|db| db.port).unwrap_err();
    /// let violation = &error.violations()[0];
    /// assert_eq!(violation.path(), "port");
    /// # }
    /// ```
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the declaration expects: `an integer from 1 to 65535`.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::Secret;
    /// # #[derive(Secret)] struct Db { #[secret(range(min = 1))] port: u16 }
    /// let error = Db::from_json(r#"{"port": 0}"#).map(|db| db.port).unwrap_err();
    /// let violation = &error.violations()[0];
    /// assert_eq!(violation.expected(), "an integer from 1 to 65535");
    /// # }
    /// ```
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// The kind of what was found instead: `a boolean`, `nothing`. Empty if a function of the program refused the
    /// value: its message says everything.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::Secret;
    /// # #[derive(Secret)] struct Db { #[secret(range(min = 1))] port: u16 }
    /// let error = Db::from_json(r#"{"port": 0}"#).map(|db| db.port).unwrap_err();
    /// let violation = &error.violations()[0];
    /// assert_eq!(violation.found(), "a smaller number");
    /// # }
    /// ```
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, expected, found } = self;
        // The path of the whole secret is empty.
        let colon = if path.as_str().is_empty() { "" } else { ": " };
        match &**found {
            "" => write!(f, "{path}{colon}expected {expected}"),
            found => write!(f, "{path}{colon}expected {expected}, found {found}"),
        }
    }
}

/// Proof that a violation was reported. Only a [`Report`] makes one, so a decoder cannot fail silently.
#[derive(Debug, Clone, Copy)]
#[doc(hidden)]
pub struct Reported(());

/// Why a text is not JSON. The position is given only if the text begins as an object: for a plain password even that
/// would reveal something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotJson {
    Empty,
    ByteOrderMark,
    OtherText,
    Truncated,
    At { line: usize, column: usize, expected: &'static str },
}

impl NotJson {
    /// The reason and position of a syntax error.
    pub fn at(text: &str, Broken { at, expected }: Broken) -> Self {
        let Some(before) = text.get(..at).filter(|before| before.len() < text.len()) else { return Self::Truncated };
        let line = before.rsplit('\n').next().unwrap_or(before);
        Self::At { line: before.matches('\n').count() + 1, column: line.chars().count() + 1, expected }
    }
}

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::ByteOrderMark => f.write_str("it begins with a byte order mark"),
            Self::OtherText => f.write_str("it is plain text"),
            Self::Truncated => f.write_str("it ends before its object does"),
            Self::At { line, column, expected } => write!(f, "line {line}, column {column}: expected {expected}"),
        }
    }
}

/// The maximum number of reported violations: nobody reads more, and a hostile document could have one per character.
pub const VIOLATIONS: usize = 100;

/// Collects the violations of one document.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct Report {
    violations: Vec<Violation>,
    /// Whether it belongs to a variant that is only tried.
    is_trial: bool,
}

impl Report {
    pub(crate) fn violation(
        &mut self,
        at: &Path<'_>,
        expected: impl Into<String>,
        found: impl Into<Cow<'static, str>>,
    ) -> Reported {
        if self.violations.len() == VIOLATIONS {
            return Reported(());
        }
        self.violations.push(Violation { path: at.to_string(), expected: expected.into(), found: found.into() });
        Reported(())
    }

    /// The value is of another kind than its shape.
    pub(crate) fn mismatch(&mut self, json: &Json<'_>, expected: impl Into<String>) -> Reported {
        self.violation(json.path(), expected, json.kind().found())
    }

    /// A key is not Unicode text.
    pub(crate) fn bad_key(&mut self, at: &Path<'_>) -> Reported {
        self.violation(at, "a key of Unicode text", "half of a surrogate pair")
    }

    /// For a variant that is tried.
    pub(super) fn trial() -> Self {
        Self { is_trial: true, ..Self::default() }
    }

    pub(super) fn is_trial(&self) -> bool {
        self.is_trial
    }

    /// Adds what one of the tried variants expected.
    pub(super) fn of_variant(&mut self, name: &str, tried: Self) -> Option<Reported> {
        let mut told = None;
        for Violation { path, expected, found } in tried.violations {
            told = Some(Reported(()));
            if self.violations.len() < VIOLATIONS {
                self.violations.push(Violation { path, expected: format!("{expected} (as {name})"), found });
            }
        }
        told
    }

    pub(crate) fn into_violations(self) -> Vec<Violation> {
        self.violations
    }
}

/// Why a document could not be decoded.
#[derive(Debug)]
pub enum Failure {
    NotJson(NotJson),
    Invalid(Vec<Violation>),
}
