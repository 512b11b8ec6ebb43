//! The `cargo secrets` command.

mod cli;
mod commands;
mod entries;
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

/// Called as `cargo-secrets list`, or as cargo calls it: `cargo-secrets secrets list`.
fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
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
