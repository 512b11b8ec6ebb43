//! For tests of programs: what happens to secrets in production, happening to one in memory.
//!
//! [`Memory`](crate::source::Memory) gets rotations in AWS's steps, rollbacks, deletions and outages, one call each. A [`Drill`] leads
//! the program's own requests through all of them and reports which step failed one. [`conformance`] holds a source of one's own
//! against what sources promise.

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
