//! The commands.

mod change;
mod check;
mod describe;
mod history;
mod list;
mod policy;
mod promote;
mod pull;
mod show;
mod stage;

use std::path::Path;
use std::{fs, io};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::output::{self, Output, Verdict};

/// Runs a command.
pub fn run(cli: &Cli, output: &Output) -> Result<Verdict, Failure> {
    match &cli.command {
        Command::List(arguments) => list::run(arguments, output),
        Command::Policy(arguments) => policy::run(arguments, output),
        Command::Schema(arguments) => show::schema(arguments, output),
        Command::Template(arguments) => show::template(arguments, output),
        Command::Describe(arguments) => describe::run(arguments, output),
        Command::History(arguments) => history::run(arguments, output),
        Command::Stage(arguments) => stage::run(arguments, output),
        Command::Promote(arguments) => promote::promote(arguments, output),
        Command::Rollback(arguments) => promote::rollback(arguments, output),
        Command::Pull(arguments) => pull::run(arguments, output),
        Command::Check(arguments) => check::run(arguments, output),
        Command::Completions { shell } => completions(*shell),
        Command::Man { directory } => man(directory),
    }
}

fn completions(shell: Shell) -> Result<Verdict, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cargo-secrets", &mut script);
    output::written(&String::from_utf8_lossy(&script)).map(|()| Verdict::Holds)
}

fn man(directory: &Path) -> Result<Verdict, Failure> {
    let failed =
        |error: io::Error| Failure::file("write to", directory, &error).help("give a directory that can be written to");
    fs::create_dir_all(directory).map_err(failed)?;
    // clap names the pages after the program, and `cargo help secrets` looks for `cargo-secrets`.
    let command = Cli::command().bin_name("cargo-secrets");
    clap_mangen::generate_to(command, directory).map_err(failed)?;
    Ok(Verdict::Holds)
}
