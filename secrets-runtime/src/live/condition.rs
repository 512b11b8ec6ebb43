//! What decides how a secret is.

use std::time::Duration;

use super::clock::Timestamp;
use super::subscriber::ViewHealth;
use crate::error::Error;

/// How a secret is, over all views of it.
#[derive(Default)]
pub struct Condition {
    /// How long ago the oldest value was last known to be the newest.
    pub age: Option<Duration>,
    pub refused: Option<Error>,
    /// Why the last poll failed.
    pub error: Option<Error>,
    /// Polls or derivations that should have ended by now.
    pub overdue: Option<Error>,
    pub is_stale: bool,
    pub is_missing: bool,
}

impl Condition {
    pub fn of(now: Timestamp, views: impl IntoIterator<Item = ViewHealth>) -> Self {
        let mut condition = Self::default();
        for ViewHealth { confirmed, max_stale, refused, behind } in views {
            let age = confirmed.map(|confirmed| confirmed.age(now));
            condition.is_missing |= age.is_none();
            condition.is_stale |= matches!((age, max_stale), (Some(age), Some(limit)) if age > limit);
            condition.age = condition.age.max(age);
            condition.refused = condition.refused.or(refused);
            condition.overdue = condition.overdue.or(behind);
        }
        condition
    }

    /// Whether nobody has to do anything.
    #[cfg(feature = "metrics")]
    pub fn is_ok(&self) -> bool {
        !self.is_missing && !self.is_degraded()
    }

    pub fn is_degraded(&self) -> bool {
        self.is_stale || self.reason().is_some()
    }

    /// What is wrong, the most telling first.
    pub fn reason(&self) -> Option<&Error> {
        self.refused.as_ref().or(self.error.as_ref()).or(self.overdue.as_ref())
    }
}
