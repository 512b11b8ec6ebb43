//! The health of secrets, for people and probes.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::clock::Timestamp;
use super::life::Life;
use super::map::MapError;
use super::polled::Record;
use super::registry::Registry;
use super::secret_health::{HealthState, SecretHealth};
use super::state::LiveState;
use crate::error::Error;

/// The status of one live secret; see [`Live::status`](super::Live::status).
///
/// ```
/// # fn example(db: &secrets_runtime::Live<String>) {
/// let status = db.status();
/// println!("{:?}, {} s old: {:?}", status.version_id, status.age.as_secs(), status.last_error);
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Status {
    /// The id of the version in use; `None` if the source has none.
    pub version_id: Option<String>,
    /// The staging labels of the version when it was fetched.
    pub stages: Vec<String>,
    /// When the version was created, if the source says.
    pub created: Option<SystemTime>,
    /// When the version was first fetched.
    pub fetched: SystemTime,
    /// How long ago the source last answered, whatever the answer; `None` for a fixed value.
    pub checked: Option<Duration>,
    /// How long ago the version in use was last known to be the newest.
    pub age: Duration,
    /// How many polls failed in a row.
    pub failures: u32,
    /// Why the newest version was refused, the last poll failed, or polls are overdue.
    pub last_error: Option<Error>,
    /// The error of the `try_map` closure for the newest version, if the closure refused it. It may quote the secret.
    pub map_error: Option<MapError>,
    /// The id of the newest version, if it was refused and the source gives ids.
    pub refused_version_id: Option<String>,
    /// The time until the next planned poll, or the next run of a derivation.
    pub next_refresh: Option<Duration>,
    /// Whether this secret needs attention.
    pub state: HealthState,
}

impl Status {
    pub(super) fn of<T>(state: &LiveState<T>) -> Self {
        let now = Timestamp::now();
        let version = state.snapshot().0.version.clone();
        let (refusal, secret) = (state.refusal(), state.upstream.secret());
        let health = secret.map(|secret| secret.health([state.view_health()]));
        let record = secret.map(|secret| secret.record());
        let planned = secret.and_then(|secret| secret.planned());
        let planned = planned.into_iter().chain(state.upstream.planned()).map(|planned| now.until(planned)).min();
        let Record { answered, failures, .. } = record.unwrap_or_default();
        if let Some(secret) = secret {
            // Inside a runtime, this restarts a lost background task.
            let _ = secret.poller.visit();
        }
        Self {
            version_id: version.id.as_deref().map(str::to_owned),
            stages: version.stages.to_vec(),
            created: version.created,
            fetched: version.fetched,
            checked: answered.map(|answered| answered.age(now)),
            age: state.age(),
            failures,
            refused_version_id: refusal.as_ref().and_then(|refusal| refusal.version.id.as_deref()).map(str::to_owned),
            map_error: refusal.as_ref().and_then(|refusal| refusal.cause.clone()),
            last_error: refusal
                .map(|refusal| refusal.error)
                .or_else(|| health.as_ref().and_then(|health| health.error.clone())),
            next_refresh: planned,
            state: health.map_or(HealthState::Ok, |health| health.state),
        }
    }
}

/// The health of all live secrets; see [`Secrets::health`](crate::Secrets::health). `Display` prints a line for each
/// that is not ok.
///
/// ```
/// # fn example(secrets: &secrets_runtime::Secrets) -> (u16, String) {
/// let health = secrets.health();
/// (if health.is_ready() { 200 } else { 503 }, health.to_string())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Health {
    /// The worst state of any secret.
    pub state: HealthState,
    /// Every live secret, ordered by id.
    pub secrets: Vec<SecretHealth>,
    /// Whether the background task is gone: its runtime ended, or is not driven. The next call in a live runtime,
    /// including this one, restarts it.
    pub is_task_dead: bool,
}

impl Health {
    pub(crate) fn of(registry: &Registry) -> Self {
        let secrets = registry.all().into_iter().filter_map(|secret| {
            let views = secret.views();
            if views.is_empty() {
                return None;
            }
            Some(secret.health(views))
        });
        let mut secrets: Vec<SecretHealth> = secrets.collect();
        secrets.sort_by(|left, right| left.id.cmp(&right.id));
        let is_task_dead = !secrets.is_empty() && registry.poller.life() != Life::Fine;
        // Inside a runtime, this restarts a lost background task.
        if is_task_dead {
            let _ = registry.poller.visit();
        }
        let worst = secrets.iter().map(|secret| secret.state).max().unwrap_or(HealthState::Ok);
        let state = if is_task_dead { worst.max(HealthState::Degraded) } else { worst };
        Self { state, secrets, is_task_dead }
    }

    /// Whether every secret has a value: for readiness probes.
    ///
    /// ```
    /// use secrets_runtime::{Secrets, source::Memory};
    ///
    /// assert!(Secrets::new(Memory::new()).health().is_ready());
    /// ```
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.state != HealthState::Unavailable
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.state)?;
        if self.is_task_dead {
            f.write_str("\nthe background task does not run: its tokio runtime ended, or is blocked")?;
        }
        for SecretHealth { id, declared_id, state, age, error, .. } in &self.secrets {
            if *state == HealthState::Ok {
                continue;
            }
            write!(f, "\n{id}")?;
            if let Some(declared) = declared_id {
                write!(f, " (declared {declared})")?;
            }
            write!(f, ": {state}")?;
            if let Some(age) = age {
                write!(f, ", last confirmed current {} s ago", age.as_secs())?;
            }
            if let Some(error) = error {
                write!(f, ": {error}")?;
            }
        }
        Ok(())
    }
}
