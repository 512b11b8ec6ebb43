//! The `cargo secrets` command. As a library it is one module, which reads what a program declares; the rest is for the
//! command alone.

mod cli;
mod commands;
pub mod entries;
mod failure;
mod files;
mod keys;
mod kinds;
mod live;
mod merge;
mod output;
mod policy;
mod program;
mod role;
mod schema_file;
mod template;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

/// Runs the command with the arguments of the process: `cargo-secrets list`, or `cargo-secrets secrets list` as cargo calls it.
#[doc(hidden)]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|argument| argument == "secrets") {
        arguments.remove(1);
    }
    let cli = match cli::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to standard output, everything else to standard error; where either is closed, nobody listens.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let output = output::Output::new(&cli.global);
    match commands::run(&cli, &output) {
        Ok(verdict) => verdict.into(),
        Err(failure) => {
            output::error(&failure);
            output::Verdict::Unknown.into()
        }
    }
}
