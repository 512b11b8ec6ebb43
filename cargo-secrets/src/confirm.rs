//! Asks before a change.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::failure::Failure;

/// Whether to go on: `yes` was given, or a person at a terminal says so.
pub fn confirmed(yes: bool, question: &str) -> Result<bool, Failure> {
    if yes {
        return Ok(true);
    }
    let (stdin, mut stderr) = (io::stdin(), io::stderr());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return Err(Failure::new("there is no terminal to ask for confirmation").help("give --yes, or --dry-run first"));
    }
    let mut answer = String::new();
    let asked = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    asked
        .and_then(|()| stdin.lock().read_line(&mut answer))
        .map_err(|error| Failure::new(format!("cannot ask: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
