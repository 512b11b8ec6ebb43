//! The commands: each answers one question.

mod check;
mod list;
mod policy;
mod pull;
mod show;

use crate::cli::{Cli, Command};
use crate::failure::Failure;
use crate::output::{Output, Verdict};

/// Runs a command.
pub fn run(cli: &Cli, output: &Output) -> Result<Verdict, Failure> {
    match &cli.command {
        Command::List(arguments) => list::run(arguments, output),
        Command::Policy(arguments) => policy::run(arguments, output),
        Command::Schema(arguments) => show::schema(arguments, output),
        Command::Template(arguments) => show::template(arguments, output),
        Command::Pull(arguments) => pull::run(arguments, output),
        Command::Check(arguments) => check::run(arguments, output),
    }
}
