//! Live secrets in the libraries that services use: each module is a start for one of them, and is tried by a test.
//!
//! A pool per version with `deadpool-postgres`, as the state of an `axum` service, is the example beside this one.

pub mod function;
pub mod pool;
pub mod tls;
pub mod tokens;
