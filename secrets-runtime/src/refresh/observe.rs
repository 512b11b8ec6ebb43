//! What an operator sees: events with fixed names and, with the feature `metrics`, figures. Never a value.

use std::sync::Arc;
use std::time::Duration;

use super::accept::Version;
use super::entry::Entry;
use crate::error::Error;

/// A look that had an answer.
pub(super) fn answered(id: &str, failures: u32, is_refused: bool) {
    if failures > 0 {
        tracing::info!(target: "secrets_runtime", secret = id, failures, "the secret can be read again");
    }
    count(id, if is_refused { "refused" } else { "ok" });
}

/// A look that failed. The first of its kind in a row is worth somebody's attention.
pub(super) fn failed(id: &str, error: &Error, is_new: bool) {
    if is_new {
        tracing::warn!(
            target: "secrets_runtime",
            secret = id,
            %error,
            "the secret cannot be refreshed; what was read last stays in use"
        );
    } else {
        tracing::debug!(target: "secrets_runtime", secret = id, %error, "the secret still cannot be refreshed");
    }
    count(id, "failed");
}

/// A new version is in use.
pub(crate) fn published(id: &str, version: &Version) {
    tracing::info!(target: "secrets_runtime", secret = id, version = version.id.as_deref(), "a new version is in use");
}

/// A version is refused: once per version.
pub(crate) fn refused(id: &str, version: &Version, error: &Error) {
    tracing::error!(
        target: "secrets_runtime",
        secret = id,
        version = version.id.as_deref(),
        %error,
        "a version is refused; the one before stays in use"
    );
}

/// An older version came in place of the published one.
pub(crate) fn doubted(id: &str, version: &Version) {
    tracing::warn!(
        target: "secrets_runtime",
        secret = id,
        version = version.id.as_deref(),
        "an older version was read; it is taken for a rollback if it stays"
    );
}

#[cfg(feature = "metrics")]
fn count(id: &str, outcome: &'static str) {
    metrics::counter!("secrets_refresh_total", "id" => id.to_owned(), "outcome" => outcome).increment(1);
}

#[cfg(not(feature = "metrics"))]
fn count(_: &str, _: &'static str) {}

/// How many secrets of one `Secrets` are not well. The gauge has those of the whole process.
#[derive(Debug, Default)]
pub(super) struct Degraded(#[cfg(feature = "metrics")] std::sync::atomic::AtomicI64);

#[cfg(feature = "metrics")]
impl Degraded {
    /// How all secrets stand.
    pub(super) fn show(&self, entries: &[(Arc<Entry>, Duration)]) {
        use crate::live::Condition;

        let mut degraded = 0;
        for (entry, _) in entries {
            let id = entry.request.shown();
            let condition = Condition::of(entry);
            degraded += i64::from(!condition.is_ok());
            let refused = if condition.refused.is_some() { 1.0 } else { 0.0 };
            metrics::gauge!("secrets_refused", "id" => id.to_owned()).set(refused);
            if let Some(age) = condition.age {
                metrics::gauge!("secrets_age_seconds", "id" => id.to_owned()).set(age.as_secs_f64());
            }
        }
        self.set(degraded);
    }

    fn set(&self, degraded: i64) {
        use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

        static OF_ALL: AtomicI64 = AtomicI64::new(0);

        let more = degraded - self.0.swap(degraded, Relaxed);
        let of_all = OF_ALL.fetch_add(more, Relaxed) + more;
        #[allow(clippy::cast_precision_loss, reason = "nobody has that many secrets")]
        metrics::gauge!("secrets_degraded").set(of_all as f64);
    }
}

#[cfg(feature = "metrics")]
impl Drop for Degraded {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(not(feature = "metrics"))]
impl Degraded {
    #[allow(clippy::unused_self, reason = "as with the feature")]
    pub(super) fn show(&self, _: &[(Arc<Entry>, Duration)]) {}
}
