//! Part of `secrets-runtime`: what its macro, its runtime and its command must agree on. Not a public interface; released as one
//! with them.
//!
//! No dependencies, and no code that a fetched secret passes through but numbers and keys: [`shape`] is what a declaration says,
//! as constant data; [`rule`] what a value must obey; [`expected`](shape::Shape::expected) says both in words; [`fits`] compares
//! a shape with a schema file; [`wire`] writes it into a binary and reads it again.

#![allow(missing_docs, clippy::must_use_candidate, reason = "internal, and most names say what there is to say")]

pub mod duration;
mod expected;
pub mod file_shape;
pub mod fits;
pub mod id;
pub mod near;
pub mod number;
pub mod rule;
pub mod shape;
pub mod wire;
