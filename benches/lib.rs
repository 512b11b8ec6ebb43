//! Side by side with what people use instead: `cargo bench -p secrets-benches`, whose figures are in `README.md`.

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
