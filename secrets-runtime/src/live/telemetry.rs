//! Telemetry for operators: events with fixed names and, with the feature `metrics`, metrics. Never a value.

use std::fmt;
#[cfg(feature = "metrics")]
use std::time::{Duration, SystemTime};

use super::accept::Version;
use super::clock::unix_seconds;
use super::settings::START_DEADLINE;
use crate::error::Error;
use crate::source::SecretId;

/// The span around the wait of a caller that loads secrets.
pub fn load<'a>(secrets: impl Iterator<Item = &'a SecretId> + Clone) -> tracing::Span {
    tracing::info_span!(target: "secrets_runtime", "load", secrets = %Ids(secrets))
}

/// The span around one source call, polls included, and its effects.
pub fn fetch<'a>(secrets: impl Iterator<Item = &'a SecretId> + Clone) -> tracing::Span {
    tracing::info_span!(target: "secrets_runtime", "fetch", secrets = %Ids(secrets))
}

/// "prod/orders/db, prod/mail".
struct Ids<I>(I);

impl<'a, I: Iterator<Item = &'a SecretId> + Clone> fmt::Display for Ids<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, secret) in self.0.clone().enumerate() {
            write!(f, "{}{}", if nth == 0 { "" } else { ", " }, secret.shown())?;
        }
        Ok(())
    }
}

/// An event for operators. Emitted outside of locks.
pub struct Event {
    /// The id of the secret, as errors show it.
    pub secret: SecretId,
    pub what: What,
}

pub enum What {
    /// The source answered a poll.
    Answered { failures: u32, is_refused: bool },
    /// A poll failed. `is_new`: the kind of failure is new; `is_first`: nothing was read before it.
    Failed { error: Error, is_new: bool, is_first: bool },
    /// A version was published. `is_first`: the live secret begins with it.
    Published { version: Version, is_first: bool },
    /// A version was refused: once per version.
    Refused(Version, Error),
    /// A closure of the program made no value from a version: once per version.
    Underived { version: Version, map: &'static str, error: Error },
    /// A version older than the published one was read.
    Unconfirmed(Version),
}

impl Event {
    pub fn emit(self) {
        let (id, declared) = (self.secret.shown(), self.secret.shown_declared());
        match self.what {
            What::Answered { failures, is_refused } => {
                if failures > 0 {
                    tracing::info!(target: "secrets_runtime", secret = id, declared, failures, "the secret can be read again");
                }
                count(id, if is_refused { "refused" } else { "ok" });
            }
            What::Failed { error, is_new, is_first } => {
                if is_new && is_first && error.is_transient() {
                    tracing::warn!(
                        target: "secrets_runtime",
                        secret = id,
                        declared,
                        %error,
                        for_seconds = START_DEADLINE.as_secs(),
                        "the secret has not been read yet; the start goes on trying"
                    );
                } else if is_new && is_first {
                    tracing::warn!(
                        target: "secrets_runtime",
                        secret = id,
                        declared,
                        %error,
                        "the secret cannot be read, and no version of it was read before"
                    );
                } else if is_new {
                    tracing::warn!(
                        target: "secrets_runtime",
                        secret = id,
                        declared,
                        %error,
                        "the secret cannot be polled; the version that was read last stays in use"
                    );
                } else {
                    tracing::debug!(target: "secrets_runtime", secret = id, declared, %error, "the secret still cannot be polled");
                }
                count(id, "failed");
            }
            What::Published { version, is_first } => {
                let created_unix_seconds = version.created.map(unix_seconds);
                let version = version.id.as_deref();
                let what = if is_first { "the first version is in use" } else { "a new version is in use" };
                tracing::info!(target: "secrets_runtime", secret = id, declared, version, created_unix_seconds, "{what}");
            }
            What::Refused(version, error) => {
                tracing::error!(
                    target: "secrets_runtime",
                    secret = id,
                    declared,
                    version = version.id.as_deref(),
                    %error,
                    "a version is refused; the one before stays in use"
                );
            }
            What::Underived { version, map, error } => {
                tracing::error!(
                    target: "secrets_runtime",
                    secret = id,
                    declared,
                    version = version.id.as_deref(),
                    map,
                    %error,
                    "no derived value is made from the new version; the derived value from before stays in use"
                );
            }
            What::Unconfirmed(version) => {
                tracing::warn!(
                    target: "secrets_runtime",
                    secret = id,
                    declared,
                    version = version.id.as_deref(),
                    "an older version was read; it becomes current, as a rollback, if the next polls read it again"
                );
            }
        }
    }
}

/// The current version was refused at the start, and the previous one is good.
pub fn started_on_previous(secret: &SecretId, refused: &Version, error: &Error) {
    let (id, declared) = (secret.shown(), secret.shown_declared());
    tracing::error!(
        target: "secrets_runtime",
        secret = id,
        declared,
        version = refused.id.as_deref(),
        %error,
        "the current version is refused: starting on the one before"
    );
}

/// The program polls itself, because the environment says that it is frozen between calls.
pub fn no_background_task() {
    tracing::info!(
        target: "secrets_runtime",
        "this is AWS Lambda: no background task polls secrets; `fresh` polls when a value is older than it allows"
    );
}

/// The background task ended with its runtime.
pub fn task_lost() {
    tracing::warn!(
        target: "secrets_runtime",
        "the runtime of the background task ended: secrets are polled again once a call is made in another runtime"
    );
}

/// The state of one secret, for the gauges.
#[cfg(feature = "metrics")]
pub struct Gauge {
    pub secret: SecretId,
    pub is_ok: bool,
    pub is_refused: bool,
    pub age: Option<Duration>,
    pub created: Option<SystemTime>,
}

#[cfg(feature = "metrics")]
fn count(id: &str, outcome: &'static str) {
    metrics::counter!("secrets_refresh_total", "id" => id.to_owned(), "outcome" => outcome).increment(1);
}

#[cfg(not(feature = "metrics"))]
fn count(_: &str, _: &'static str) {}

/// How many secrets of one `Secrets` are not ok. The gauge counts those of the whole process.
#[cfg(feature = "metrics")]
#[derive(Debug, Default)]
pub struct Degraded(std::sync::atomic::AtomicI64);

#[cfg(feature = "metrics")]
impl Degraded {
    pub fn show(&self, gauges: impl Iterator<Item = Gauge>) {
        let mut degraded = 0;
        for Gauge { secret, is_ok, is_refused, age, created } in gauges {
            degraded += i64::from(!is_ok);
            let refused = if is_refused { 1.0 } else { 0.0 };
            metrics::gauge!("secrets_refused", "id" => secret.shown().to_owned()).set(refused);
            if let Some(age) = age {
                metrics::gauge!("secrets_age_seconds", "id" => secret.shown().to_owned()).set(age.as_secs_f64());
            }
            if let Some(created) = created {
                let gauge = metrics::gauge!("secrets_version_created_seconds", "id" => secret.shown().to_owned());
                gauge.set(unix_seconds(created));
            }
        }
        self.set(degraded);
    }

    fn set(&self, degraded: i64) {
        use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

        static OF_ALL: AtomicI64 = AtomicI64::new(0);

        let more = degraded - self.0.swap(degraded, Relaxed);
        let of_all = OF_ALL.fetch_add(more, Relaxed) + more;
        #[expect(clippy::cast_precision_loss, reason = "no process has that many secrets")]
        metrics::gauge!("secrets_degraded").set(of_all as f64);
    }
}

#[cfg(feature = "metrics")]
impl Drop for Degraded {
    fn drop(&mut self) {
        crate::panics::catch(|| self.set(0));
    }
}
