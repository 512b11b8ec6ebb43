//! Tools for testing programs: simulate on secrets in memory what happens to secrets in production.
//!
//! [`Memory`](crate::source::Memory) has a method for each step of a rotation, for rollbacks, deletions and outages. A
//! [`Drill`] takes the program's own requests through all of them and reports which step failed one. [`conformance`]
//! checks your own source against what [`Source`](crate::source::Source) promises.

mod clients;
mod conformance;
mod drill;
mod report;
mod scenario;

pub use conformance::{BrokenPromises, SourceHarness, conformance};
pub use drill::Drill;
pub use report::{Outcome, Report};
pub use scenario::Scenario;

pub use crate::source::Rotation;
