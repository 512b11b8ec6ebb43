//! Live secrets in libraries that services use: each module is a starting point for one library, and has a test.
//!
//! For a pool per version with `deadpool-postgres` as the state of an `axum` service, see the example next to this one.

pub mod function;
pub mod pool;
pub mod tls;
pub mod tokens;
