//! Benchmarks against the alternatives: `cargo bench -p secrets-benches --features contests`. `README.md` has the results.

#![cfg(feature = "contests")]

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
