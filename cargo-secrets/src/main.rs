//! `cargo secrets`

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_secrets::run(std::env::args_os())
}
