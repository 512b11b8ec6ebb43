//! How secrets are, for people and for probes.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::cell::Cell;
use crate::error::Error;
use crate::refresh::{Entry, Hub, Moment};

/// How one live secret is; see [`Live::status`](super::Live::status).
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
    /// The version in use; `None` where the source tells none.
    pub version_id: Option<String>,
    /// The staging labels that it had when it was fetched.
    pub stages: Vec<String>,
    /// When it was created, if the source tells.
    pub created: Option<SystemTime>,
    /// When it was fetched first.
    pub fetched: SystemTime,
    /// How long ago the source last had an answer, whatever it was; `None` for a fixed value.
    pub checked: Option<Duration>,
    /// How long ago the version in use was last known to be the newest.
    pub age: Duration,
    /// How many looks failed in a row.
    pub failures: u32,
    /// Why the last look failed, or why the newest version is refused.
    pub last_error: Option<Error>,
    /// The newest version, if it is refused and the source tells its id.
    pub refused_version_id: Option<String>,
    /// In what time the source is asked next, if that is planned.
    pub next_refresh: Option<Duration>,
    /// Whether this secret needs somebody's attention.
    pub state: HealthState,
}

impl Status {
    pub(super) fn of<T>(cell: &Cell<T>) -> Self {
        let now = Moment::now();
        let version = cell.snapshot().0.version.clone();
        let refusal = cell.refusal();
        let entry = cell.feed.entry();
        let record = entry.map(|entry| entry.record());
        let condition = record.as_ref().map(|record| Condition::new(now, record.error.clone(), [cell.standing()]));
        let planned = entry.zip(record.as_ref()).and_then(|(entry, record)| {
            let regular = entry.hub.due(record.interval);
            record.sooner.into_iter().chain(regular).map(|moment| now.until(moment)).min()
        });
        let error = record.as_ref().and_then(|record| record.error.clone());
        Self {
            version_id: version.id.as_deref().map(str::to_owned),
            stages: version.stages.to_vec(),
            created: version.created,
            fetched: version.fetched,
            checked: record.as_ref().and_then(|record| record.answered).map(|answered| answered.age(now)),
            age: cell.age(),
            failures: record.as_ref().map_or(0, |record| record.failures),
            refused_version_id: refusal.as_ref().and_then(|refusal| refusal.version.id.as_deref()).map(str::to_owned),
            last_error: refusal.map(|refusal| refusal.error).or(error),
            next_refresh: planned,
            state: condition.map_or(HealthState::Ok, |condition| condition.state()),
        }
    }
}

/// Whether somebody has to do something; in order of urgency.
///
/// ```
/// use secrets_runtime::HealthState;
///
/// assert!(HealthState::Degraded > HealthState::Ok);
/// assert_eq!(HealthState::Degraded.to_string(), "degraded");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HealthState {
    /// All is well.
    Ok,
    /// Values are served, and the source fails, refuses to be read, or has a version that is refused; or values are older
    /// than they may get; or nobody looks any more. A reason for an alarm, not for a restart.
    Degraded,
    /// There never was a value: the one reason to fail a readiness probe.
    Unavailable,
}

impl fmt::Display for HealthState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Unavailable => "unavailable",
        })
    }
}

/// How all live secrets are; see [`Secrets::health`](crate::Secrets::health). `Display` has a line for each that is not well.
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
    /// The worst of them.
    pub state: HealthState,
    /// Each of them, in the order of their ids.
    pub secrets: Vec<SecretHealth>,
    /// Whether the background task ended with its runtime, although there are secrets to look at.
    pub is_task_dead: bool,
}

/// How one of them is.
///
/// ```
/// use secrets_runtime::HealthState;
///
/// # fn example(secrets: &secrets_runtime::Secrets) {
/// for secret in secrets.health().secrets {
///     if secret.state != HealthState::Ok {
///         eprintln!("{}: {:?}", secret.id, secret.error);
///     }
/// }
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SecretHealth {
    /// Its id, as errors show it.
    pub id: String,
    /// How it is.
    pub state: HealthState,
    /// How long ago its value was last known to be the newest; `None` if there never was one.
    pub age: Option<Duration>,
    /// What is wrong.
    pub error: Option<Error>,
}

impl Health {
    pub(crate) fn of(hub: &Arc<Hub>) -> Self {
        let secrets = hub.entries().into_iter().filter(|entry| entry.interval().is_some()).map(|entry| {
            let condition = Condition::of(&entry);
            let id = entry.request.shown().to_owned();
            SecretHealth {
                id,
                state: condition.state(),
                age: condition.age,
                error: condition.refused.or(condition.error),
            }
        });
        let mut secrets: Vec<SecretHealth> = secrets.collect();
        secrets.sort_by(|left, right| left.id.cmp(&right.id));
        let is_task_dead = !secrets.is_empty() && hub.lacks_task();
        let worst = secrets.iter().map(|secret| secret.state).max().unwrap_or(HealthState::Ok);
        let state = if is_task_dead { worst.max(HealthState::Degraded) } else { worst };
        Self { state, secrets, is_task_dead }
    }

    /// Whether there is a value for every secret: what a readiness probe asks.
    ///
    /// ```
    /// use secrets_runtime::{Memory, Secrets};
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
            f.write_str("\nthe background task ended with its runtime")?;
        }
        for SecretHealth { id, state, age, error } in &self.secrets {
            if *state == HealthState::Ok {
                continue;
            }
            write!(f, "\n{id}: {state}")?;
            if let Some(age) = age {
                write!(f, ", last known to be the newest {} s ago", age.as_secs())?;
            }
            if let Some(error) = error {
                write!(f, ": {error}")?;
            }
        }
        Ok(())
    }
}

/// What decides how a secret is.
pub(crate) struct Condition {
    pub(crate) age: Option<Duration>,
    pub(crate) refused: Option<Error>,
    error: Option<Error>,
    is_stale: bool,
    is_available: bool,
}

impl Condition {
    pub(crate) fn of(entry: &Entry) -> Self {
        let standings = entry.views().into_iter().map(|view| view.standing());
        Self::new(Moment::now(), entry.record().error, standings)
    }

    fn new(now: Moment, error: Option<Error>, standings: impl IntoIterator<Item = crate::refresh::Standing>) -> Self {
        let mut condition = Self { age: None, refused: None, error, is_stale: false, is_available: true };
        for standing in standings {
            let age = standing.confirmed.map(|confirmed| confirmed.age(now));
            condition.is_available &= age.is_some();
            condition.is_stale |= matches!((age, standing.max_stale), (Some(age), Some(limit)) if age > limit);
            condition.age = condition.age.max(age);
            condition.refused = condition.refused.or(standing.refused);
        }
        condition
    }

    fn state(&self) -> HealthState {
        match () {
            () if !self.is_available => HealthState::Unavailable,
            () if self.is_stale || self.refused.is_some() || self.error.is_some() => HealthState::Degraded,
            () => HealthState::Ok,
        }
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn is_ok(&self) -> bool {
        self.state() == HealthState::Ok
    }
}
