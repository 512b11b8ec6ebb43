//! Errors as text: one line for a log, or a report for people.

use std::fmt;
use std::fmt::Write;

use super::{Error, Inner};

/// One line; with `#`, the report.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() { report(self, f) } else { line(self, f) }
    }
}

/// The report, because `main` prints its error with `Debug`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        report(self, f)
    }
}

fn line(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Inner { message, violations, hint, parts, .. } = &*error.0;
    write!(OneLine(f), "{message}")?;
    for (nth, violation) in violations.iter().enumerate() {
        write!(OneLine(f), "{}{violation}", if nth == 0 { " (" } else { "; " })?;
    }
    if !violations.is_empty() {
        f.write_char(')')?;
    }
    if let Some(hint) = hint {
        write!(OneLine(f), "; help: {hint}")?;
    }
    for (nth, part) in (1..).zip(parts) {
        write!(f, "{}({nth}) {part}", if nth == 1 { ": " } else { " " })?;
    }
    Ok(())
}

fn report(error: &Error, f: &mut dyn Write) -> fmt::Result {
    let Inner { message, violations, hint, parts, cause, .. } = &*error.0;
    write!(OneLine(f), "{message}")?;
    for violation in violations {
        f.write_str("\n  ")?;
        write!(OneLine(f), "{violation}")?;
    }
    if let Some(hint) = hint {
        f.write_str("\n")?;
        write!(OneLine(f), "help: {hint}")?;
    }
    if let Some(cause) = cause {
        f.write_str("\nbecause: ")?;
        report(cause, &mut Indented(f))?;
    }
    for part in parts {
        f.write_str("\n- ")?;
        report(part, &mut Indented(f))?;
    }
    Ok(())
}

/// Escapes line breaks: a name in a declaration may contain one.
pub struct OneLine<'a>(pub &'a mut dyn Write);

impl Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| {
            if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
                write!(self.0, "{}", character.escape_default())
            } else {
                self.0.write_char(character)
            }
        })
    }
}

/// Indents every line except the first.
struct Indented<'a>(&'a mut dyn Write);

impl Write for Indented<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(&text.replace('\n', "\n  "))
    }
}
