//! The `cargo secrets` command.

mod cli;
mod commands;
mod confirm;
mod descriptor;
mod entries;
mod executable;
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
mod versions;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

/// Runs as `cargo-secrets list`, or as cargo invokes it: `cargo-secrets secrets list`.
fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|argument| argument == "secrets") {
        arguments.remove(1);
    }
    if arguments.iter().any(|argument| files::may_be_a_document(argument)) {
        eprintln!("{DOCUMENT}");
        return ExitCode::from(2);
    }
    let command = cli::Cli::command().color(cli::color(&arguments).for_clap());
    let matches = match command.try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => return refused(&error),
    };
    let cli = match cli::Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let output = output::Output::new(&cli.global);
    output.finish(matches.subcommand_name().unwrap_or_default(), commands::run(&cli, &output))
}

/// Refused before anything can repeat it or use it as a name: cargo, an error, a file.
const DOCUMENT: &str = "\
error: an argument looks like a document, which is not shown here
help: write the document to standard input and give `-` in place of a path: `--file -`, `--from -`";

/// Prints the help, or an error about the command line.
fn refused(error: &clap::Error) -> ExitCode {
    // clap picks stdout for help and stderr for errors. A closed stream is ignored.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}
