//! The health of one secret, over all its views.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::accept::Version;
use super::clock::Timestamp;
use super::subscriber::{Refused, ViewHealth};
use crate::error::Error;
use crate::source::SecretId;

/// Whether action is needed, in order of urgency.
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
    /// Values are served, but the source fails or denies access, or a version is refused, or values are older than
    /// allowed, or polls are overdue. Raise an alarm; a restart does not help.
    Degraded,
    /// There has never been a value: the only state that should fail a readiness probe.
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

/// The health of one live secret.
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
    /// The id as errors show it, with placeholders resolved.
    pub id: String,
    /// The declared id, if it differs.
    pub declared_id: Option<String>,
    /// The state of the secret.
    pub state: HealthState,
    /// How long ago its value was last known to be the newest; `None` if there never was one.
    pub age: Option<Duration>,
    /// The id of the version in use: the oldest one, where several live and derived values of the secret differ. `None`
    /// if there is no value yet, or the source has no ids.
    pub version_id: Option<String>,
    /// When that version was created, if the source says.
    pub created: Option<SystemTime>,
    /// The id of the newest version, if it was refused and the source gives ids; `error` says why.
    pub refused_version_id: Option<String>,
    /// The most important problem: a refused version, else a failed poll, else overdue polls.
    pub error: Option<Error>,
    #[cfg(feature = "metrics")]
    pub(super) is_refused: bool,
}

impl SecretHealth {
    /// `failed` is the error of the last poll; `overdue` says that polls are overdue.
    pub(super) fn of(
        secret: &SecretId,
        views: impl IntoIterator<Item = ViewHealth>,
        failed: Option<Error>,
        overdue: Option<Error>,
    ) -> Self {
        let now = Timestamp::now();
        let (mut oldest, mut refusal, mut late) = (None, None, overdue);
        let mut version: Option<Version> = None;
        let (mut is_missing, mut is_stale) = (false, false);
        for ViewHealth { confirmed, max_stale, version: serves, refused, behind } in views {
            let age = confirmed.map(|confirmed| confirmed.age(now));
            is_missing |= age.is_none();
            is_stale |= age.zip(max_stale).is_some_and(|(age, limit)| age > limit);
            oldest = oldest.max(age);
            refusal = refusal.or(refused);
            version = Version::oldest(version.into_iter().chain(serves));
            late = late.or(behind);
        }
        #[cfg(feature = "metrics")]
        let is_refused = refusal.is_some();
        let (refused_version_id, refusal) = refusal.map(|Refused { version_id, error }| (version_id, error)).unzip();
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
            version_id: version.as_ref().and_then(|version| version.id.as_deref()).map(str::to_owned),
            created: version.and_then(|version| version.created),
            refused_version_id: refused_version_id.flatten().as_deref().map(str::to_owned),
            error,
            #[cfg(feature = "metrics")]
            is_refused,
        }
    }
}
