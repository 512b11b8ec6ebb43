//! The settings from the builder and the environment.

use std::time::Duration;

use super::schedule::INTERVAL;
use crate::spec::SecretSpec;

/// The time limit for a start, including retries of transient failures.
pub const START_DEADLINE: Duration = Duration::from_secs(30);

/// The settings from the builder and the environment. A declaration decides what they leave open.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub refresh: Option<Duration>,
    pub max_stale: Option<Duration>,
    pub background: Background,
    pub start: Start,
    /// The maximum number of concurrent source calls.
    pub concurrency: usize,
    /// The time limit for one source call.
    pub call_timeout: Duration,
}

impl Settings {
    /// The interval between polls of a secret with this declaration.
    pub fn interval(&self, spec: &SecretSpec) -> Duration {
        self.refresh.or(spec.refresh()).unwrap_or(INTERVAL).max(Duration::from_millis(1))
    }

    /// The maximum age of a value with this declaration.
    pub fn max_stale(&self, spec: &SecretSpec) -> Option<Duration> {
        self.max_stale.or(spec.max_stale())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            refresh: None,
            max_stale: None,
            background: Background::Task,
            start: Start::OnPrevious,
            // With answers after 25 ms, this is half of the 10,000 calls per second of an account in a region.
            concurrency: 128,
            call_timeout: Duration::from_secs(30),
        }
    }
}

/// What polls the secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Background {
    /// A task on the tokio runtime.
    #[default]
    Task,
    /// The program itself, with `fresh` and `refresh`: AWS Lambda freezes processes between calls.
    Program,
}

/// What a secret starts on when its current version is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// The previous version.
    #[default]
    OnPrevious,
    /// Nothing: the start fails.
    OnCurrentOnly,
}
