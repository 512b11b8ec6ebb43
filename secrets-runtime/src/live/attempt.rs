//! Using a secret that may just have been rotated.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::accept::Trigger;
use super::changes::Changes;
use super::clock::{Timer, Timestamp};
use super::handle::{Live, Refreshed};
use super::lease::{Claim, Held, Lease, RENEWAL};
use super::schedule::{MIN_FORCED_INTERVAL, backoff};
use super::snapshot::Snapshot;
use crate::secret::AWSPENDING;
use futures_util::future::{Either, select};

/// Which failures [`Live::attempt`] retries, and for how long.
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
    /// Retries failures for which `is_worth_it` returns `true`, which should mean failed authentication; for up to 15
    /// s.
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

    /// Limits the retries to this time after the first failure. With the single-user rotation strategy, the old
    /// password fails before the new one is current: the time should span that window, which AWS's managed rotation
    /// closes within a minute.
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

    /// Also tries the version staged `AWSPENDING`, which is not published.
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

impl<T> Live<T> {
    /// Runs `attempt` with the current value. If authentication fails, polls for a newer version and runs `attempt`
    /// again, with growing pauses, until it succeeds, fails for another reason, or the time of `retry` is over.
    ///
    /// Per secret and process, one caller probes at a time. The others wait for its result and then use it, so that
    /// many callers do not lock the account. Dropping the future leaves probing to the next caller.
    ///
    /// `attempt` gets an owned snapshot, so that its future may be `Send`: this works in handlers and spawned tasks.
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
    /// The last error of `attempt`.
    pub async fn attempt<R, E, P, F, Fut>(&self, retry: Retry<P>, attempt: F) -> Result<R, E>
    where
        P: Fn(&E) -> bool,
        F: Fn(Snapshot<T>) -> Fut,
        Fut: Future<Output = Result<R, E>>,
    {
        let Retry { is_worth_it, within, pending } = &retry;
        if let Some(secret) = self.0.upstream.secret() {
            let _ = secret.poller.visit();
        }
        let (started, lease) = (Timestamp::now(), self.0.lease());
        let mut snapshot = self.current();
        // While another caller probes, the value is known to fail.
        while let Some(until) = lease.is_taken()
            && wait(&lease, until, started.after(*within)).await
        {
            if let Some(works) = lease.known(started).and_then(|verdict| verdict.works) {
                snapshot = works;
                break;
            }
        }
        let waited = Timestamp::now();
        let mut error = match attempt(snapshot.clone()).await {
            Err(error) if is_worth_it(&error) => error,
            outcome => return outcome,
        };
        // The first run does not count towards `within`; the wait before it does.
        let deadline = Timestamp::now().after(within.saturating_sub(started.age(waited)));
        loop {
            let failed = Timestamp::now();
            let claim = loop {
                match lease.claim(failed) {
                    Claim::Taken(until) => {
                        if !wait(&lease, until, deadline).await {
                            return Err(error);
                        }
                    }
                    claim => break claim,
                }
            };
            match claim {
                Claim::Known(verdict) => match verdict.works {
                    None => return Err(error),
                    Some(works) => match attempt(works).await {
                        Err(again) if is_worth_it(&again) => error = again,
                        outcome => return outcome,
                    },
                },
                Claim::Held(held) => {
                    let holding = Holding { lease: &lease, held };
                    let prober = Prober { live: self, is_worth_it, attempt: &attempt, pending: *pending, deadline };
                    let (outcome, works) = holding.renewing(prober.probe(snapshot, error)).await;
                    lease.settle(&holding.held, works);
                    return outcome;
                }
                // The loop above waited for it.
                Claim::Taken(_) => {}
            }
        }
    }
}

/// Waits until the lease may be free. Returns `false` at the deadline, or if it cannot wait here.
async fn wait<T>(lease: &Lease<T>, until: Timestamp, deadline: Timestamp) -> bool {
    let mut changed = pin!(lease.changed().notified());
    changed.as_mut().enable();
    // It may have been released before.
    let can_wait = match lease.is_taken() {
        Some(_) => !matches!(select(changed, Timer::until(until.earlier(deadline))).await, Either::Right((Err(_), _))),
        None => true,
    };
    can_wait && !deadline.has_come(Timestamp::now())
}

/// A held lease. Released on drop, so that a dropped attempt leaves probing to the next caller.
struct Holding<'a, T> {
    lease: &'a Lease<T>,
    held: Held,
}

impl<T> Holding<'_, T> {
    /// Renews the lease while this is polled: an attempt that is kept but not polled loses it.
    async fn renewing<F: Future>(&self, probing: F) -> F::Output {
        let mut probing = pin!(probing);
        loop {
            match select(probing.as_mut(), Timer::after(RENEWAL)).await {
                Either::Left((probed, _)) => return probed,
                Either::Right((Ok(()), _)) => self.lease.renew(&self.held),
                Either::Right((Err(_), _)) => return probing.await,
            }
        }
    }
}

impl<T> Drop for Holding<'_, T> {
    fn drop(&mut self) {
        self.lease.give_back(&self.held);
    }
}

/// Probes on behalf of all callers.
struct Prober<'a, T, P, F> {
    live: &'a Live<T>,
    is_worth_it: &'a P,
    attempt: &'a F,
    pending: Pending,
    deadline: Timestamp,
}

/// The result of an attempt, and the snapshot that authenticates, if there is one.
type Probed<T, R, E> = (Result<R, E>, Option<Snapshot<T>>);

impl<T, P, F> Prober<'_, T, P, F> {
    /// Tries until an attempt works or the time is over. `failed` was just rejected, with `error`.
    async fn probe<R, E, Fut>(&self, mut failed: Snapshot<T>, mut error: E) -> Probed<T, R, E>
    where
        P: Fn(&E) -> bool,
        F: Fn(Snapshot<T>) -> Fut,
        Fut: Future<Output = Result<R, E>>,
    {
        let mut round = 0;
        loop {
            let mut changes = Changes::after_current(Arc::clone(&self.live.0));
            let polled = self.live.ask(Trigger::Retried, self.deadline).await;
            let current = self.live.current();
            let is_new = !Arc::ptr_eq(&current.0, &failed.0);
            // The same value is tried again only after a pause: it may have been rejected for another reason.
            if is_new || round > 0 {
                match self.run(&current).await {
                    Ok(outcome) => return (outcome, Some(current)),
                    Err(again) => error = again,
                }
            }
            if self.pending == Pending::Tried
                && let Some(pending) = self.staged().await
            {
                match self.run(&pending).await {
                    Ok(outcome) => return (outcome, Some(pending)),
                    Err(again) => error = again,
                }
            }
            failed = current;
            round += 1;
            let is_recent = matches!(polled, Ok(Refreshed::Recent));
            let shortest = if is_recent { Duration::from_millis(500) } else { Duration::ZERO };
            // The longest pause is the interval between two forced polls.
            let pause = backoff(round, MIN_FORCED_INTERVAL, fastrand::f64()).max(shortest);
            let next = Timestamp::now().after(pause);
            if next.is_since(self.deadline) {
                return (Err(error), None);
            }
            // A new version or the end of the pause, whichever comes first. A fixed value has neither.
            match select(pin!(changes.next()), Timer::until(next)).await {
                Either::Left((Some(_), _)) | Either::Right((Ok(()), _)) => {}
                Either::Left((None, _)) | Either::Right((Err(_), _)) => return (Err(error), None),
            }
        }
    }

    /// The version that a rotation is about to make current, if it arrives in time.
    async fn staged(&self) -> Option<Snapshot<T>> {
        match select(self.live.0.upstream.staged(AWSPENDING), Timer::until(self.deadline)).await {
            Either::Left((staged, _)) => staged.ok()?.map(Snapshot),
            Either::Right(_) => None,
        }
    }

    /// Runs with a snapshot. Returns `Err` if it does not authenticate.
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
