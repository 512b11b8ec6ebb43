//! The start of a live secret: a pending one with a deadline, which may fall back to the previous version.

use std::sync::Arc;

use futures_util::future::{Either, select};
use tracing::Instrument;

use super::clock::{Timer, Timestamp};
use super::handle::Live;
use super::pending::PendingState;
use super::polled::PolledSecret;
use super::registry::Registry;
use super::run::Interrupted;
use super::schedule::{MIN_FORCED_INTERVAL, backoff};
use super::settings::{START_DEADLINE, Start};
use super::state::Refusal;
use super::subscriber::Visibility;
use super::{fetch, telemetry};
use crate::error::Error;
use crate::secret::{AWSPREVIOUS, Secret, read};
use crate::source::Request;

/// A live secret that is starting.
pub struct Starting<T>(Result<Arc<PendingState<T>>, Error>);

/// A live secret that is starting, of any type.
pub trait AnyStarting: Sync {
    /// The secret to poll, or the error why there is none.
    fn secret(&self) -> Result<&Arc<PolledSecret>, &Error>;

    /// Whether it has a value or a refused version.
    fn is_decided(&self) -> bool;
}

impl<T: Secret + Send + Sync + 'static> Starting<T> {
    pub fn new(registry: &Registry, request: Result<Request, Error>) -> Self {
        Self(request.map(|request| PendingState::subscribe(&registry.secret(&request), Visibility::Hidden)))
    }

    /// Returns the live secret if its current version is good, or else if the previous one is. `polled` is the outcome
    /// of the last poll.
    pub async fn finish(self, polled: Result<(), Error>, deadline: Timestamp) -> Result<Live<T>, Error> {
        let pending = self.0?;
        if let Some(live) = pending.live() {
            return Ok(live);
        }
        let Some(refused) = pending.refusal() else {
            polled?;
            return Err(Error::unanswered(pending.secret.secret_id()));
        };
        let error = refused.error.clone();
        let (secret, version) = (&pending.secret, refused.version.clone());
        let may_fall_back =
            secret.request.is_current() && secret.poller.settings.start == Start::OnPrevious && error.is_about_value();
        if !may_fall_back {
            return Err(error);
        }
        // Errors of the previous version are not reported: the current version is what has to be corrected.
        let fallback = on_previous(&pending, refused);
        let live = match select(Box::pin(fallback), Timer::until(deadline)).await {
            Either::Left((live, _)) => live,
            Either::Right(_) => None,
        };
        let live = live.ok_or_else(|| error.clone())?;
        telemetry::started_on_previous(secret.secret_id(), &version, &error);
        Ok(live)
    }
}

async fn on_previous<T: Secret + Send + Sync + 'static>(
    pending: &Arc<PendingState<T>>,
    refused: Refusal,
) -> Option<Live<T>> {
    let secret = &pending.secret;
    let previous = fetch::staged(&secret.poller, &secret.request, AWSPREVIOUS).await.ok()??;
    let value = read::<T>(previous.expose_text(), Some(secret.secret_id())).ok()?;
    pending.start_on(value, &previous, refused)
}

impl<T: Secret + Send + Sync + 'static> AnyStarting for Starting<T> {
    fn secret(&self) -> Result<&Arc<PolledSecret>, &Error> {
        self.0.as_ref().map(|pending| &pending.secret)
    }

    fn is_decided(&self) -> bool {
        self.0.as_ref().is_ok_and(|pending| pending.live().is_some() || pending.refusal().is_some())
    }
}

/// The deadline of a start that begins now.
pub fn deadline() -> Timestamp {
    Timestamp::now().after(START_DEADLINE)
}

/// Polls several secrets together until each has a value or a refused version. Transient failures are retried unless
/// another failure is permanent. Returns the outcomes of the last polls, in order.
pub async fn first_polls(
    registry: &Registry,
    starting: &[&dyn AnyStarting],
    deadline: Timestamp,
) -> Vec<Result<(), Error>> {
    let secrets = starting.iter().filter_map(|one| one.secret().ok());
    let span = telemetry::load(secrets.map(|secret| secret.secret_id()));
    poll_until(registry, starting, deadline).instrument(span).await
}

async fn poll_until(registry: &Registry, starting: &[&dyn AnyStarting], deadline: Timestamp) -> Vec<Result<(), Error>> {
    if let Err(reason) = registry.poller.visit() {
        let cannot_wait = |secret: &Arc<PolledSecret>| Interrupted::CannotWait(reason).error(secret.secret_id());
        return starting.iter().map(|one| Err(one.secret().map_or_else(Error::clone, cannot_wait))).collect();
    }
    let mut results: Vec<Result<(), Error>> =
        starting.iter().map(|one| one.secret().map(drop).map_err(Clone::clone)).collect();
    let is_broken = results.iter().any(Result::is_err);
    let begun = Timestamp::now();
    // The error says so if the start was retried for a while.
    let told = |results: Vec<Result<(), Error>>| {
        let tried = begun.age(Timestamp::now());
        let told = |error: Error| if error.is_transient() { error.tried_for(tried) } else { error };
        results.into_iter().map(|result| result.map_err(told)).collect()
    };
    let mut round = 0;
    let mut open: Vec<usize> = (0..starting.len()).filter(|&at| results[at].is_ok()).collect();
    loop {
        let secrets: Vec<&Arc<PolledSecret>> = open.iter().filter_map(|&at| starting[at].secret().ok()).collect();
        for (&at, polled) in open.iter().zip(PolledSecret::poll_all(&secrets, deadline).await) {
            results[at] = polled;
        }
        open.retain(|&at| !starting[at].is_decided());
        round += 1;
        let is_lasting = open.iter().any(|&at| results[at].as_ref().is_err_and(|error| !error.is_transient()));
        let next = Timestamp::now().after(backoff(round, MIN_FORCED_INTERVAL, fastrand::f64()));
        if open.is_empty() || is_lasting || is_broken || next.is_since(deadline) {
            return told(results);
        }
        if Timer::until(next).await.is_err() {
            return told(results);
        }
    }
}
