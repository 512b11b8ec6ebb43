//! How one secret is, over all views of it.

use std::fmt;
use std::time::Duration;

use super::clock::Timestamp;
use super::subscriber::ViewHealth;
use crate::error::Error;
use crate::source::SecretId;

/// Whether somebody has to do something; in order of urgency.
///
/// ```
/// use secrets_runtime::HealthState;
///
/// assert!(HealthState::Degraded > HealthState::Ok);
/// assert_eq!(HealthState::Degraded.to_string(), "degraded");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a probe has an answer for each: a new one must not fall under its `_`")]
pub enum HealthState {
    /// All is well.
    Ok,
    /// Values are served, and the source fails, refuses to be read, or has a version that is refused; or values are older
    /// than they may get; or polls are overdue, for whatever reason. A reason for an alarm, not for a restart.
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
    /// Its id, as errors show it: placeholders are resolved.
    pub id: String,
    /// The id as it was declared, where that differs.
    pub declared_id: Option<String>,
    /// How it is.
    pub state: HealthState,
    /// How long ago its value was last known to be the newest; `None` if there never was one.
    pub age: Option<Duration>,
    /// What is wrong, the most telling first: a version that is refused, a poll that failed, polls that are overdue.
    pub error: Option<Error>,
    #[cfg(feature = "metrics")]
    pub(super) is_refused: bool,
}

impl SecretHealth {
    /// `failed` is why the last poll failed, `overdue` says that polls should have been made.
    pub(super) fn of(
        secret: &SecretId,
        views: impl IntoIterator<Item = ViewHealth>,
        failed: Option<Error>,
        overdue: Option<Error>,
    ) -> Self {
        let now = Timestamp::now();
        let (mut oldest, mut refusal, mut late) = (None, None, overdue);
        let (mut is_missing, mut is_stale) = (false, false);
        for ViewHealth { confirmed, max_stale, refused, behind } in views {
            let age = confirmed.map(|confirmed| confirmed.age(now));
            is_missing |= age.is_none();
            is_stale |= age.zip(max_stale).is_some_and(|(age, limit)| age > limit);
            oldest = oldest.max(age);
            refusal = refusal.or(refused);
            late = late.or(behind);
        }
        #[cfg(feature = "metrics")]
        let is_refused = refusal.is_some();
        let error = refusal.or(failed).or(late);
        let state = match () {
            () if is_missing => HealthState::Unavailable,
            () if is_stale || error.is_some() => HealthState::Degraded,
            () => HealthState::Ok,
        };
        Self {
            id: secret.shown().to_owned(),
            declared_id: secret.shown_declared().map(str::to_owned),
            state,
            age: oldest,
            error,
            #[cfg(feature = "metrics")]
            is_refused,
        }
    }
}
