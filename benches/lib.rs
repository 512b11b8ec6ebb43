//! Benchmarks against the alternatives: `cargo bench -p secrets-benches`. `README.md` has the results.

pub mod compile;
pub mod contest;
pub mod decode;
pub mod fleet;
mod plot;
pub mod poll;
pub mod read;
pub mod rows;
mod server;
pub mod start;
