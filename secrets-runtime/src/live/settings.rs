//! What the builder and the environment say.

use std::time::Duration;

use super::schedule::INTERVAL;
use crate::spec::SecretSpec;

/// How long a start takes at most, transient failures included.
pub const START_DEADLINE: Duration = Duration::from_secs(30);

/// What the builder and the environment say; a declaration decides where they are silent.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub refresh: Option<Duration>,
    pub max_stale: Option<Duration>,
    pub background: Background,
    pub start: Start,
    /// How many source calls may be under way at once.
    pub concurrency: usize,
    /// How long one source call may take.
    pub call_timeout: Duration,
}

impl Settings {
    /// How often a secret of this declaration is polled.
    pub fn interval(&self, spec: &SecretSpec) -> Duration {
        self.refresh.or(spec.refresh()).unwrap_or(INTERVAL).max(Duration::from_millis(1))
    }

    /// How old a value of this declaration may get.
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
            // With an answer after 25 ms, half of the 10,000 calls per second that an account has in a region.
            concurrency: 128,
            call_timeout: Duration::from_secs(30),
        }
    }
}

/// Who polls the secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Background {
    /// A task of the tokio runtime.
    #[default]
    Task,
    /// The program itself, with `fresh` and `refresh`: AWS Lambda freezes processes between calls.
    Program,
}

/// What a secret may start on when its current version is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// The version before.
    #[default]
    OnPrevious,
    /// Nothing.
    OnCurrentOnly,
}
