//! A service whose PostgreSQL pool follows the rotation of its secret.

pub mod database;
pub mod figures;
pub mod probe;
pub mod service;
