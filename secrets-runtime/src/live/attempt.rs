//! Using a secret where it may have been rotated a moment ago.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select;
use tokio::time::{Instant, sleep, timeout_at};

use super::changes::Changes;
use super::snapshot::Snapshot;
use super::{Live, Refreshed};
use crate::refresh::{How, backoff};
use crate::secret::AWSPENDING;

/// Which failures of [`Live::attempt`] are worth another version of the secret, and for how long.
///
/// ```
/// # use std::time::Duration;
/// # struct Failure;
/// # impl Failure { fn is_authentication(&self) -> bool { true } }
/// use secrets_runtime::Retry;
///
/// let retry = Retry::on(Failure::is_authentication).within(Duration::from_secs(30));
/// # let _: Retry<_> = retry;
/// ```
#[derive(Clone)]
#[must_use]
pub struct Retry<P> {
    is_worth_it: P,
    within: Duration,
    pending: Pending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pending {
    Left,
    Tried,
}

impl<P> Retry<P> {
    /// Tries again where `is_worth_it` says that the failure is one of authentication; within 15 s.
    ///
    /// ```
    /// # struct Failure(u16);
    /// use secrets_runtime::Retry;
    ///
    /// let retry = Retry::on(|failure: &Failure| failure.0 == 401);
    /// # let _: Retry<_> = retry;
    /// ```
    pub fn on<E>(is_worth_it: P) -> Self
    where
        P: Fn(&E) -> bool,
    {
        Self { is_worth_it, within: Duration::from_secs(15), pending: Pending::Left }
    }

    /// Within this time of the first failure. With the single-user rotation strategy the old password fails before the new
    /// one is current: the time should span that window, which AWS's managed rotation closes within a minute.
    ///
    /// ```
    /// use std::time::Duration;
    /// # struct Failure(u16);
    /// use secrets_runtime::Retry;
    ///
    /// let retry = Retry::on(|failure: &Failure| failure.0 == 401).within(Duration::from_secs(60));
    /// # let _: Retry<_> = retry;
    /// ```
    pub fn within(self, within: Duration) -> Self {
        Self { within, ..self }
    }

    /// Tries the version staged `AWSPENDING` too, which is not published.
    ///
    /// ```
    /// # struct Failure(u16);
    /// use secrets_runtime::Retry;
    ///
    /// let retry = Retry::on(|failure: &Failure| failure.0 == 401).try_pending();
    /// # let _: Retry<_> = retry;
    /// ```
    pub fn try_pending(self) -> Self {
        Self { pending: Pending::Tried, ..self }
    }
}

impl<P> fmt::Debug for Retry<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { is_worth_it: _, within, pending } = self;
        f.debug_struct("Retry").field("within", within).field("pending", pending).finish_non_exhaustive()
    }
}

/// What the last prober found out, for those who waited for it.
pub(super) struct Probe<T>(Option<Verdict<T>>);

struct Verdict<T> {
    at: Instant,
    /// The snapshot that authenticates, if there is one.
    works: Option<Snapshot<T>>,
}

impl<T> Default for Probe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Probe<T> {
    /// What was found out since then.
    fn since(&self, moment: Instant) -> Option<&Verdict<T>> {
        self.0.as_ref().filter(|verdict| verdict.at >= moment)
    }
}

impl<T> Live<T> {
    /// Runs `attempt` with the current value; if it fails to authenticate, looks for a newer version and runs it again, with
    /// growing pauses, until it succeeds, fails otherwise, or the time of `retry` is over.
    ///
    /// One caller per secret and process does the probing; the others wait for what it finds out and then run with that, so
    /// that a fleet does not lock the account. Dropping the future leaves the probing to the next one.
    ///
    /// `attempt` gets an owned snapshot and returns a future that may be sent between threads, so that this works in handlers
    /// and spawned tasks.
    ///
    /// ```
    /// use std::time::Duration;
    /// use secrets_runtime::{Live, Retry};
    ///
    /// # #[derive(Debug)] struct Refused;
    /// # impl Refused { fn is_authentication(&self) -> bool { true } }
    /// # async fn log_in(_: &str) -> Result<u32, Refused> { Ok(3) }
    /// # async fn example(password: &Live<String>) -> Result<(), Refused> {
    /// let retry = Retry::on(Refused::is_authentication).within(Duration::from_secs(60));
    /// let orders = password.attempt(retry, |password| async move { log_in(&password).await }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What `attempt` returned last.
    pub async fn attempt<R, E, P, F, Fut>(&self, retry: Retry<P>, attempt: F) -> Result<R, E>
    where
        P: Fn(&E) -> bool,
        F: Fn(Snapshot<T>) -> Fut,
        Fut: Future<Output = Result<R, E>>,
    {
        let Retry { is_worth_it, within, pending } = &retry;
        let started = Instant::now();
        let mut snapshot = self.current();
        // While somebody probes, the value is known not to work.
        if self.0.probe.try_lock().is_err()
            && let Ok(probe) = timeout_at(started + *within, self.0.probe.lock()).await
            && let Some(works) = probe.since(started).and_then(|verdict| verdict.works.clone())
        {
            snapshot = works;
        }
        let mut error = match attempt(snapshot.clone()).await {
            Err(error) if is_worth_it(&error) => error,
            outcome => return outcome,
        };
        let deadline = Instant::now() + *within;
        loop {
            let failed = Instant::now();
            let Ok(mut probe) = timeout_at(deadline, self.0.probe.lock()).await else { return Err(error) };
            match probe.since(failed).map(|verdict| verdict.works.clone()) {
                Some(None) => return Err(error),
                Some(Some(works)) => {
                    drop(probe);
                    match attempt(works).await {
                        Err(again) if is_worth_it(&again) => error = again,
                        outcome => return outcome,
                    }
                }
                None => {
                    let prober = Prober { live: self, is_worth_it, attempt: &attempt, pending: *pending, deadline };
                    let (outcome, works) = prober.probe(snapshot, error).await;
                    *probe = Probe(Some(Verdict { at: Instant::now(), works }));
                    return outcome;
                }
            }
        }
    }
}

/// The one who tries on behalf of all.
struct Prober<'a, T, P, F> {
    live: &'a Live<T>,
    is_worth_it: &'a P,
    attempt: &'a F,
    pending: Pending,
    deadline: Instant,
}

/// What an attempt returned, and the snapshot that authenticates, if one does.
type Probed<T, R, E> = (Result<R, E>, Option<Snapshot<T>>);

impl<T, P, F> Prober<'_, T, P, F> {
    /// Tries until something works or the time is over; `failed` just did not, with `error`.
    async fn probe<R, E, Fut>(&self, mut failed: Snapshot<T>, mut error: E) -> Probed<T, R, E>
    where
        P: Fn(&E) -> bool,
        F: Fn(Snapshot<T>) -> Fut,
        Fut: Future<Output = Result<R, E>>,
    {
        let mut round = 0;
        loop {
            let mut changes = Changes::after_current(Arc::clone(&self.live.0));
            let looked = self.live.look(How::Routine).await;
            let current = self.live.current();
            let is_new = !Arc::ptr_eq(&current.0, &failed.0);
            // The same again only after a pause: it may have been rejected for another reason.
            if is_new || round > 0 {
                match self.run(&current).await {
                    Ok(outcome) => return (outcome, Some(current)),
                    Err(again) => error = again,
                }
            }
            if self.pending == Pending::Tried
                && let Ok(Some(pending)) = self.live.0.feed.staged(AWSPENDING).await
            {
                let pending = Snapshot(pending);
                match self.run(&pending).await {
                    Ok(outcome) => return (outcome, Some(pending)),
                    Err(again) => error = again,
                }
            }
            failed = current;
            round += 1;
            let shortest =
                if matches!(looked, Ok(Refreshed::Recent)) { Duration::from_millis(500) } else { Duration::ZERO };
            let pause = backoff(round, PACE, fastrand::f64()).max(shortest);
            if Instant::now() + pause >= self.deadline {
                return (Err(error), None);
            }
            // Whatever comes first: a new version, or the end of the pause.
            select(pin!(changes.next()), pin!(sleep(pause))).await;
        }
    }

    /// Runs with a snapshot; `Err` if that does not authenticate.
    async fn run<R, E, Fut>(&self, snapshot: &Snapshot<T>) -> Result<Result<R, E>, E>
    where
        P: Fn(&E) -> bool,
        F: Fn(Snapshot<T>) -> Fut,
        Fut: Future<Output = Result<R, E>>,
    {
        match (self.attempt)(snapshot.clone()).await {
            Err(error) if (self.is_worth_it)(&error) => Err(error),
            outcome => Ok(outcome),
        }
    }
}

/// The longest pause between two attempts: that between two looks at the source.
const PACE: Duration = Duration::from_secs(5);
