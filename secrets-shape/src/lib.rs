//! Part of `secrets-runtime`: what its macro, its runtime and its command share. Not a public interface; released together with them.
//!
//! It has no dependencies, and of a fetched secret it handles only numbers and keys. [`shape`] describes a declaration as constant data,
//! [`rule`] its validation rules. [`expected`](shape::Shape::expected) puts both into words. [`fits`] compares a shape with a schema file.
//! [`wire`] encodes it into a binary and decodes it.

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
