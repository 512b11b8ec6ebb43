//! Results go to standard output, everything else to standard error. With JSON, a single document holds all of it.

use std::cell::RefCell;
use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use crate::cli::{Color, Format, Global};
use crate::failure::Failure;

/// The answer to a command's question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    DoesNotHold,
    /// The check could not be made.
    Unknown,
}

impl Verdict {
    /// Combines two verdicts; the worse one wins.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::DoesNotHold, _) | (_, Self::DoesNotHold) => Self::DoesNotHold,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Holds, Self::Holds) => Self::Holds,
        }
    }

    pub fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::DoesNotHold }
    }
}

impl Verdict {
    fn words(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::DoesNotHold => "does not hold",
            Self::Unknown => "unknown",
        }
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        ExitCode::from(match verdict {
            Verdict::Holds => 0,
            Verdict::DoesNotHold => 1,
            Verdict::Unknown => 2,
        })
    }
}

/// Output settings and, with JSON, the document so far.
#[derive(Debug)]
pub struct Output {
    pub format: Format,
    pub color: Color,
    pub quiet: bool,
    verbose: bool,
    /// The parts of the JSON document.
    said: RefCell<Said>,
}

#[derive(Debug, Default)]
struct Said {
    results: Vec<Value>,
    notes: Vec<String>,
}

impl Output {
    pub fn new(global: &Global) -> Self {
        global.color.choice().write_global();
        let Global { format, color, quiet, verbose } = *global;
        Self { format, color, quiet, verbose, said: RefCell::default() }
    }

    pub fn verbose(&self, what: fmt::Arguments<'_>) {
        if self.verbose {
            let _ = writeln!(anstream::stderr(), "{}", harmless(&what.to_string()));
        }
    }

    /// Prints a note.
    pub fn note(&self, note: impl Display) {
        match self.format {
            Format::Json => self.said.borrow_mut().notes.push(note.to_string()),
            Format::Human if self.quiet => {}
            Format::Human => {
                let _ = writeln!(anstream::stderr(), "{}: {}", styled(NOTE, "note"), harmless(&note.to_string()));
            }
        }
    }

    /// Prints the error of one result. With JSON, the result already contains it.
    pub fn failed(&self, failure: &Failure) {
        if self.format == Format::Human {
            error(failure);
        }
    }

    /// Prints results as text, or adds them to the JSON document.
    pub fn results(&self, human: impl FnOnce() -> String, json: impl FnOnce() -> Vec<Value>) -> Result<(), Failure> {
        match self.format {
            Format::Human => written(&human()),
            Format::Json => {
                self.said.borrow_mut().results.extend(json());
                Ok(())
            }
        }
    }

    /// Prints the outcome and returns the exit code.
    pub fn finish(&self, command: &str, ended: Result<Verdict, Failure>) -> ExitCode {
        let verdict = *ended.as_ref().unwrap_or(&Verdict::Unknown);
        match self.format {
            Format::Human => ended.err().iter().for_each(error),
            Format::Json => {
                let Said { results, notes } = &*self.said.borrow();
                let errors: Vec<Value> = ended.err().iter().map(Failure::json).collect();
                let document = json!({
                    "command": command, "status": verdict.words(), "results": results, "notes": notes, "errors": errors,
                });
                if let Err(failure) = json(&document) {
                    error(&failure);
                    return Verdict::Unknown.into();
                }
            }
        }
        verdict.into()
    }

    /// A progress bar over `count` items, on a terminal only.
    pub fn progress(&self, doing: &'static str, count: usize) -> ProgressBar {
        // indicatif draws on standard error, and only if that is a terminal.
        let bar = ProgressBar::new(count as u64).with_message(doing);
        if self.quiet || self.format == Format::Json {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }
}

/// Writes to standard output.
pub fn written(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(harmless(text).as_bytes()).and_then(|()| stdout.flush()) {
        // The reader closed the pipe, as `head` does: not an error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::new(format!("cannot write to standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}

fn json(value: &Value) -> Result<(), Failure> {
    let text = format!("{value:#}");
    // serde_json leaves non-ASCII control characters unescaped.
    let escaped = |c: char| match c {
        '\n' => c.to_string(),
        _ if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        _ => c.to_string(),
    };
    written(&format!("{}\n", text.chars().map(escaped).collect::<String>()))
}

/// Escapes terminal control sequences except our own styles: the text may come from an untrusted program or file.
fn harmless(text: &str) -> String {
    let ours = [ERROR, NOTE, HEADING, GOOD, BAD, UNCLEAR].map(|style| style.render().to_string());
    let plain = anstyle::Reset.render().to_string();
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let style = ours
            .iter()
            .chain([&plain])
            .find(|style| !style.is_empty() && rest.starts_with(style.as_str()))
            .map(String::len);
        let length = style.unwrap_or(character.len_utf8());
        match style {
            None if character.is_control() && character != '\n' => safe.extend(character.escape_default()),
            _ => safe.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    safe
}

/// Prints an error. A closed standard error is ignored.
fn error(failure: &Failure) {
    let _ = writeln!(anstream::stderr(), "{}: {}", styled(ERROR, "error"), harmless(&failure.to_string()));
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();
pub const GOOD: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default().bold();
pub const UNCLEAR: Style = AnsiColor::Yellow.on_default();
const HEADING: Style = Style::new().bold();

/// Styles text; anstream strips the style if the output is not a terminal.
pub fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Formats rows under a heading, in aligned columns.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(heading.get(column).map(|cell| cell.chars().count())).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let heading: Vec<String> = heading.iter().map(|cell| (*cell).to_owned()).collect();
    let mut text = format!("{}\n", styled(HEADING, line(&heading, &widths)));
    for row in rows {
        let _ = writeln!(text, "{}", line(row, &widths));
    }
    text
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    padded.join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_columns() {
        let rows = [vec!["a".to_owned(), "größe".to_owned(), "x".to_owned()], vec!["long".to_owned(), String::new()]];
        let table = anstream::adapter::strip_str(&table(&["ID", "KEY", "LAST"], &rows)).to_string();
        assert_eq!(table, "ID    KEY    LAST\na     größe  x\nlong\n");
    }

    #[test]
    fn of_what_a_terminal_obeys_only_our_styles_are_left() {
        let styled = styled(BAD, "does not fit");
        assert_eq!(harmless(&format!("{styled}\n")), format!("{styled}\n"));
        let hostile = "a\u{1b}]0;x\u{7}b\u{9b}31m\tc\r\u{1b}[2J";
        assert_eq!(harmless(hostile), r"a\u{1b}]0;x\u{7}b\u{9b}31m\tc\r\u{1b}[2J");
    }

    #[test]
    fn one_that_does_not_hold_is_enough() {
        use Verdict::{DoesNotHold, Holds, Unknown};
        assert_eq!(Holds.and(Unknown), Unknown);
        assert_eq!(Unknown.and(DoesNotHold), DoesNotHold);
        assert_eq!(Holds.and(Holds), Holds);
    }
}
