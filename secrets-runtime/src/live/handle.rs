//! What the program holds of a live secret.

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

/// A secret that stays current: what [`Secrets::live`](crate::Secrets::live) returns. Cloning is cheap and shares everything.
///
/// A version is published to readers when it has been fetched, decoded and validated; otherwise they keep the last good one,
/// and the refusal shows in the logs, in [`status`](Self::status) and in [`health`](crate::Secrets::health). The value stays
/// fresh for as long as a handle is alive, this one or one derived from it. The background task that polls runs on the tokio
/// runtime in which the first live secret was made; once that runtime ends, or is not driven any more, the next call in another
/// runtime brings the task back, and until then [`health`](crate::Secrets::health) is degraded.
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

/// What [`Live::refresh`] found.
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
    /// There is a new value.
    Changed,
    /// The source was asked, and there is no new value.
    Unchanged,
    /// The program had the source asked less than five seconds ago; it was not asked again.
    Recent,
}

fn cannot_wait<T>(state: &LiveState<T>, reason: NoTimer) -> Error {
    Interrupted::CannotWait(reason).error(&state.secret_id())
}

/// A panic elsewhere cannot leave it half changed: values are published whole.
impl<T: RefUnwindSafe> UnwindSafe for Live<T> {}
impl<T: RefUnwindSafe> RefUnwindSafe for Live<T> {}

impl<T> Live<T> {
    /// The newest good value: an atomic load and a reference count. Never waits, never fails.
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

    /// Reads the newest good value without touching its reference count. Keep `read` short: what is borrowed stays in
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

    /// The newest good value and each that is published from now on.
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

    /// A value that is known to have been the newest at most `max_age` ago, or at most `max_stale` ago if the secret declares
    /// a shorter one; asks the source if need be.
    ///
    /// This is how processes that are frozen at times, as on AWS Lambda, stay fresh, and how `max_stale` is enforced. Age is
    /// the longer of what the monotonic and the wall clock say. Callers share one poll, which goes on if this future is
    /// dropped. While the source fails, it is asked again after a pause, not by every call. It waits for at most twice the
    /// [limit on a call](crate::SecretsBuilder::call_timeout), and on a derived value 31 s more for each derivation.
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
    /// [`Stale`](crate::ErrorKind::Stale): the source could not be read, or its newest version is refused.
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
        // The poll under way may have been sent before this call; then there is another one.
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

    /// Asks the source now, unless the program did so less than five seconds ago. Callers share one poll, which goes on if this
    /// future is dropped. On a derived value, it waits for the derivation too; on what it is derived from, it does not. It waits
    /// for at most twice the [limit on a call](crate::SecretsBuilder::call_timeout), and 31 s more for each derivation.
    ///
    /// An older version than the published one, which otherwise has to stay for 15 s before it counts as a rollback, counts
    /// at once.
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
    /// The source fails, or its newest version is refused; the value stays what it was.
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
            // An attempt has no more time than it was given.
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

    /// A value derived from each version: a connection pool, a TLS configuration, a parsed key.
    ///
    /// `map` runs now, and then for each new version before that is published here: prove, then publish. Each run is a task of
    /// its own; however long it takes, it holds up nothing else. A version whose `map` fails, panics or takes longer than 30 s
    /// is refused: the last good derived value stays, and `map` runs again within a minute. It gets an owned snapshot, so that
    /// its future may be sent between threads; what it returns as an error is given to the caller the first time and kept
    /// for [`status`](Self::status) later, and is never logged, since it may quote what it was given. It may use the live secret
    /// itself. A run under way goes on when the last handle is dropped, and its value is then dropped.
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
    /// What `map` returns for the current version.
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

    /// A value made from each version at once, which cannot fail: a part of it, a key in another form. Where making it takes
    /// time or may fail, use [`try_map`](Self::try_map). A version over which `map` panics is refused as there.
    ///
    /// ```
    /// use secrets_runtime::Live;
    ///
    /// let length: Live<usize> = Live::fixed("k-123".to_owned()).map(|key| key.len());
    /// assert_eq!(*length.current(), 5);
    /// ```
    ///
    /// # Panics
    /// `map` panics over the current version.
    #[must_use]
    pub fn map<U>(&self, map: impl Fn(&T) -> U + Send + Sync + 'static) -> Live<U>
    where
        T: Send + Sync + 'static,
        U: Send + Sync + 'static,
    {
        if let Some(secret) = self.0.upstream.secret() {
            // Without a runtime, the first value is all there is for now.
            let _ = secret.poller.visit();
        }
        Live(map::derive_at_once(&self.0, map))
    }

    /// The value together with the one that was current before: for verifiers, which accept both for a while. It starts with
    /// the version staged `AWSPREVIOUS` and goes on with what was current here, so that the two always belong together.
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
    /// The previous version cannot be read, other than because there is none.
    pub async fn with_previous(&self) -> Result<Live<Versions<T>>, Error>
    where
        T: Send + Sync + 'static,
    {
        if let Some(secret) = self.0.upstream.secret() {
            secret.poller.visit().map_err(|reason| cannot_wait(&self.0, reason))?;
        }
        previous::pair(&self.0).await.map(Live)
    }

    /// How the secret and the polls of it are.
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

/// A value about to be derived: what [`Live::try_map`] returns. Awaiting it runs the closure for the current version.
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
    /// What the value is called where a version is refused: in events, and in [`Status::last_error`].
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

    /// Lets `Debug` of the derived value show it. Otherwise it does not, since it may be made of the secret.
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
                // Without a runtime, the first value is all there is for now.
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
    /// A value that never changes: for tests of what takes a `Live`.
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

/// As a [`Snapshot`] does.
impl<T> fmt::Debug for Live<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Live").field(&self.current()).finish()
    }
}
