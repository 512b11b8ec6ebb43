//! The program's handle on a live secret.

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, Either, select};

use super::accept::{Trigger, Version};
use super::changes::Changes;
use super::clock::{NoTimer, Timer, Timestamp};
use super::health::Status;
use super::previous::Versions;
use super::run::Interrupted;
use super::snapshot::{Show, Snapshot, Versioned};
use super::state::{Fixed, LiveState};
use super::{map, previous};
use crate::decode::hidden;
use crate::error::Error;

/// A secret that stays current, returned by [`Secrets::live`](crate::Secrets::live). Cloning is cheap; clones share
/// everything.
///
/// A version is published to readers once it has been fetched, decoded and validated. If a version is refused, readers
/// keep the last good one, and the refusal shows in the logs, in [`status`](Self::status) and in
/// [`health`](crate::Secrets::health). The value stays fresh while any handle is alive, including derived ones. The
/// background task polls on the tokio runtime in which the first live secret was created. If that runtime ends or is no
/// longer driven, [`health`](crate::Secrets::health) is degraded until the next call in another runtime restarts the
/// task.
///
/// ```
/// use secrets_runtime::Live;
///
/// fn sign(key: &Live<String>, text: &str) -> String {
///     key.read(|key| format!("{text} signed with {key}"))
/// }
/// # assert_eq!(sign(&Live::fixed("k-123".to_owned()), "a"), "a signed with k-123");
/// ```
pub struct Live<T>(pub(super) Arc<LiveState<T>>);

/// The outcome of [`Live::refresh`].
///
/// ```
/// # use secrets_runtime::{Live, Refreshed};
/// # async fn example(db: &Live<String>) -> Result<(), secrets_runtime::Error> {
/// match db.refresh().await? {
///     Refreshed::Changed => println!("a new version"),
///     Refreshed::Unchanged => println!("the newest already"),
///     _ => println!("asked a moment ago"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refreshed {
    /// A new value was published.
    Changed,
    /// The source was polled and has no new value.
    Unchanged,
    /// The program forced a poll less than five seconds ago; the source was not polled again.
    Recent,
}

fn cannot_wait<T>(state: &LiveState<T>, reason: NoTimer) -> Error {
    Interrupted::CannotWait(reason).error(&state.secret_id())
}

/// A panic elsewhere cannot leave it half changed: a value is published in one step.
impl<T: RefUnwindSafe> UnwindSafe for Live<T> {}
impl<T: RefUnwindSafe> RefUnwindSafe for Live<T> {}

impl<T> Live<T> {
    /// The newest good value. Costs an atomic load and a reference count; never waits, never fails.
    ///
    /// ```
    /// use secrets_runtime::Live;
    ///
    /// let key = Live::fixed("k-123".to_owned());
    /// let snapshot = key.current(); // stays this version, whatever is published meanwhile
    /// assert_eq!(snapshot.len(), 5);
    /// ```
    #[must_use]
    pub fn current(&self) -> Snapshot<T> {
        self.0.snapshot()
    }

    /// Reads the newest good value without touching its reference count. Keep `read` short: the borrowed value stays in
    /// memory meanwhile.
    ///
    /// ```
    /// use secrets_runtime::Live;
    ///
    /// let key = Live::fixed("k-123".to_owned());
    /// assert!(key.read(|key| key.starts_with("k-")));
    /// ```
    pub fn read<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.0.published.borrow().value)
    }

    /// The newest good value, followed by each value that is published from now on.
    ///
    /// ```
    /// use secrets_runtime::Live;
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let mut changes = Live::fixed("k-123".to_owned()).changes();
    /// assert_eq!(*changes.next().await.unwrap(), "k-123");
    /// assert!(changes.next().await.is_none()); // a fixed value is the only one
    /// # });
    /// ```
    #[must_use]
    pub fn changes(&self) -> Changes<T> {
        Changes::new(Arc::clone(&self.0))
    }

    /// A value that was known to be the newest at most `max_age` ago, or at most `max_stale` ago if the secret declares
    /// a shorter one. Polls the source if the current value is older.
    ///
    /// This keeps processes fresh that are frozen at times, as on AWS Lambda, and enforces `max_stale`. The age is the
    /// longer of what the monotonic clock and the wall clock say. Concurrent callers share one poll, which continues if
    /// this future is dropped. While the source fails, it is polled again after a pause, not by every call. The call
    /// waits for at most twice the [limit on a call](crate::SecretsBuilder::call_timeout); on a derived value, 31 s
    /// more for each derivation.
    ///
    /// ```
    /// # use secrets_runtime::Live;
    /// # async fn example(token: &Live<String>) -> Result<(), secrets_runtime::Error> {
    /// use std::time::Duration;
    ///
    /// let token = token.fresh(Duration::from_secs(60)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Stale`](crate::ErrorKind::Stale): the source could not be read, or its newest version was refused.
    pub async fn fresh(&self, max_age: Duration) -> Result<Snapshot<T>, Error> {
        let (state, upstream) = (&self.0, &self.0.upstream);
        let Some(secret) = upstream.secret() else { return Ok(self.current()) };
        secret.poller.visit().map_err(|reason| cannot_wait(state, reason))?;
        let limit = upstream.max_stale().map_or(max_age, |max_stale| max_stale.min(max_age));
        let called = Timestamp::now();
        if state.age() <= limit {
            return Ok(self.current());
        }
        if let Some(reason) = secret.resting() {
            return Err(Error::stale(&state.secret_id(), state.age(), Some(&reason)));
        }
        let deadline = secret.patience();
        let is_fresh = || state.age() <= limit || state.confirmed().is_since(called);
        let mut polled = Ok(());
        // The poll in flight may have been sent before this call; then a second one is needed.
        for _ in 0..2 {
            polled = secret.poll(Trigger::Scheduled, deadline).await;
            if polled.is_ok() {
                polled = upstream.catch_up().await;
            }
            if is_fresh() {
                return Ok(self.current());
            }
            if polled.is_err() || state.refusal().is_some() {
                break;
            }
        }
        let reason = polled.err().or_else(|| state.refusal().map(|refusal| refusal.error));
        Err(Error::stale(&state.secret_id(), state.age(), reason.as_ref()))
    }

    /// Polls the source now, unless the program forced a poll less than five seconds ago. Concurrent callers share one
    /// poll, which continues if this future is dropped. On a derived value it waits for the derivation too; on the
    /// original value it does not wait for what derives from it. It waits for at most twice the [limit on a
    /// call](crate::SecretsBuilder::call_timeout), and 31 s more for each derivation.
    ///
    /// A version older than the published one is accepted at once. In other polls, it has to stay for 15 s before it
    /// counts as a rollback.
    ///
    /// ```
    /// # use secrets_runtime::Live;
    /// # async fn example(db: &Live<String>) -> Result<(), secrets_runtime::Error> {
    /// db.refresh().await?; // a login was refused, or an operator says that there is a new version
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The source failed, or its newest version was refused; the value stays what it was.
    pub async fn refresh(&self) -> Result<Refreshed, Error> {
        let Some(secret) = self.0.upstream.secret() else { return Ok(Refreshed::Unchanged) };
        self.ask(Trigger::Forced, secret.patience()).await
    }

    pub(super) async fn ask(&self, trigger: Trigger, deadline: Timestamp) -> Result<Refreshed, Error> {
        let Some(secret) = self.0.upstream.secret() else { return Ok(Refreshed::Unchanged) };
        secret.poller.visit().map_err(|reason| cannot_wait(&self.0, reason))?;
        let before = self.0.number();
        let polled = secret.demand(trigger, deadline).await;
        let caught_up = self.0.upstream.catch_up();
        match trigger {
            // An attempt must not outlast its own deadline.
            Trigger::Retried => match select(caught_up, Timer::until(deadline)).await {
                Either::Left((caught_up, _)) => caught_up?,
                Either::Right(_) => {}
            },
            _ => caught_up.await?,
        }
        if let Some(refusal) = self.0.refusal() {
            return Err(refusal.error);
        }
        match polled {
            _ if self.0.number() != before => polled.unwrap_or(Ok(())).map(|()| Refreshed::Changed),
            None => secret.record().error.map_or(Ok(Refreshed::Recent), Err),
            Some(polled) => polled.map(|()| Refreshed::Unchanged),
        }
    }

    /// Derives a value from each version: a connection pool, a TLS configuration, a parsed key.
    ///
    /// `map` runs now, and then for each new version. The derived value is published only after `map` succeeds: prove,
    /// then publish. Each later run is its own task, and a slow one delays nothing else. If it fails, panics or takes
    /// longer than 30 s, the version is refused: the last good derived value stays, and `map` runs again within a
    /// minute. The first run has no limit of its own.
    ///
    /// `map` gets an owned snapshot, so that its future may be `Send`, and it may use the live secret itself. Its first
    /// error is returned to the caller; later ones are kept for [`status`](Self::status). They are never logged,
    /// because they may quote the secret. When the last handle is dropped, a run in flight continues, and its value is
    /// then dropped.
    ///
    /// ```
    /// use secrets_runtime::Live;
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let port = Live::fixed("5432".to_owned());
    /// let port: Live<u16> = port.try_map(|text| async move { text.parse() }).await?;
    /// assert_eq!(*port.current(), 5432);
    /// # Ok::<(), std::num::ParseIntError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// The error that `map` returns for the current version.
    pub fn try_map<U, E, F, Fut>(&self, map: F) -> TryMap<'_, T, U, F>
    where
        T: Send + Sync + 'static,
        U: Send + Sync + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
        F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<U, E>> + Send + 'static,
    {
        TryMap { live: self, map, name: None, show: hidden }
    }

    /// Derives a value from each version with a synchronous closure that cannot fail: a part of it, a key in another
    /// form. If deriving takes time or may fail, use [`try_map`](Self::try_map). A version on which `map` panics is
    /// refused.
    ///
    /// ```
    /// use secrets_runtime::Live;
    ///
    /// let length: Live<usize> = Live::fixed("k-123".to_owned()).map(|key| key.len());
    /// assert_eq!(*length.current(), 5);
    /// ```
    ///
    /// # Panics
    /// If `map` panics on the current version.
    #[must_use]
    pub fn map<U>(&self, map: impl Fn(&T) -> U + Send + Sync + 'static) -> Live<U>
    where
        T: Send + Sync + 'static,
        U: Send + Sync + 'static,
    {
        if let Some(secret) = self.0.upstream.secret() {
            // Without a runtime, there is only the first value for now.
            let _ = secret.poller.visit();
        }
        Live(map::derive_at_once(&self.0, map))
    }

    /// Pairs the value with the one that was current before: for verifiers, which accept both for a while. The first
    /// pair has the version staged `AWSPREVIOUS`; after that, the previous value is the one that was current here, so
    /// that the two always belong together.
    ///
    /// ```
    /// # use secrets_runtime::Live;
    /// # async fn example(key: &Live<String>) -> Result<(), secrets_runtime::Error> {
    /// let keys = key.with_previous().await?;
    /// let is_known = keys.read(|keys| keys.iter().any(|key| **key == "k-123"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The previous version exists, but cannot be read.
    pub async fn with_previous(&self) -> Result<Live<Versions<T>>, Error>
    where
        T: Send + Sync + 'static,
    {
        if let Some(secret) = self.0.upstream.secret() {
            secret.poller.visit().map_err(|reason| cannot_wait(&self.0, reason))?;
        }
        previous::pair(&self.0).await.map(Live)
    }

    /// The status of the secret and of its polls.
    ///
    /// ```
    /// use secrets_runtime::{HealthState, Live};
    ///
    /// let key = Live::fixed("k-123".to_owned());
    /// assert_eq!(key.status().state, HealthState::Ok);
    /// ```
    #[must_use]
    pub fn status(&self) -> Status {
        Status::of(&self.0)
    }
}

/// A value about to be derived, returned by [`Live::try_map`]. Awaiting it runs the closure for the current version.
///
/// ```
/// use secrets_runtime::Live;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let text = Live::fixed("5432".to_owned());
/// let port = text.try_map(|text| async move { text.parse::<u16>() }).named("port").shown().await?;
/// # Ok::<(), std::num::ParseIntError>(())
/// # }).unwrap();
/// ```
#[must_use = "nothing is derived before it is awaited"]
pub struct TryMap<'l, T, U, F> {
    live: &'l Live<T>,
    map: F,
    name: Option<&'static str>,
    show: Show<U>,
}

impl<T, U, F> TryMap<'_, T, U, F> {
    /// Names the value in events and in [`Status::last_error`] when a version is refused.
    ///
    /// ```
    /// use secrets_runtime::Live;
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let text = Live::fixed("5432".to_owned());
    /// let port: Live<u16> = text.try_map(|text| async move { text.parse() }).named("port").await?;
    /// # Ok::<(), std::num::ParseIntError>(())
    /// # }).unwrap();
    /// ```
    pub fn named(self, name: &'static str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// Lets `Debug` show the derived value. By default it is redacted, because it may be made of the secret.
    ///
    /// ```
    /// use secrets_runtime::Live;
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let text = Live::fixed("5432".to_owned());
    /// let port: Live<u16> = text.try_map(|text| async move { text.parse() }).shown().await?;
    /// assert_eq!(format!("{port:?} {text:?}"), "Live(5432) Live([REDACTED])");
    /// # Ok::<(), std::num::ParseIntError>(())
    /// # }).unwrap();
    /// ```
    pub fn shown(self) -> Self
    where
        U: fmt::Debug,
    {
        Self { show: fmt::Debug::fmt, ..self }
    }
}

impl<'l, T, U, E, F, Fut> IntoFuture for TryMap<'l, T, U, F>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    E: Into<Box<dyn StdError + Send + Sync>>,
    F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, E>> + Send + 'static,
{
    type Output = Result<Live<U>, E>;
    type IntoFuture = BoxFuture<'l, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { live, map, name, show } = self;
        Box::pin(async move {
            if let Some(secret) = live.0.upstream.secret() {
                // Without a runtime, there is only the first value for now.
                let _ = secret.poller.visit();
            }
            map::derive(&live.0, map, name, show).await.map(Live)
        })
    }
}

impl<T, U, F> fmt::Debug for TryMap<'_, T, U, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryMap").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<T: Send + Sync + 'static> Live<T> {
    /// A value that never changes: for tests of code that takes a `Live`.
    ///
    /// ```
    /// use secrets_runtime::Live;
    ///
    /// let key = Live::fixed("k-123".to_owned());
    /// assert_eq!(*key.current(), "k-123");
    /// ```
    #[must_use]
    pub fn fixed(value: T) -> Self {
        let now = Timestamp::now();
        let first = Versioned { value, version: Version::unknown(None, now), number: 1, show: hidden };
        Self(Arc::new(LiveState::new(first, now, Arc::new(Fixed))))
    }
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// As for [`Snapshot`].
impl<T> fmt::Debug for Live<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Live").field(&self.current()).finish()
    }
}
