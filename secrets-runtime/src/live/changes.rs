//! Following the values of a live secret.

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::snapshot::Snapshot;
use super::state::LiveState;

/// The successive values of a live secret. Keeps the secret fresh, as a [`Live`](crate::Live) does.
///
/// ```
/// # async fn follow(db: secrets_runtime::Live<String>) {
/// let mut changes = db.changes();
/// while let Some(db) = changes.next().await {
///     // first the current value, then each new one
///     # drop(db);
/// }
/// # }
/// ```
pub struct Changes<T> {
    state: Arc<LiveState<T>>,
    changed: Arc<Notify>,
    /// The number of the last value seen.
    seen: u64,
    /// The future that a stream waits for. The mutex is never locked: it only makes the type `Sync`.
    waiting: Mutex<Option<BoxFuture<'static, Option<Snapshot<T>>>>>,
}

impl<T> Changes<T> {
    pub(super) fn new(state: Arc<LiveState<T>>) -> Self {
        Self { changed: state.published.changed(), state, seen: 0, waiting: Mutex::default() }
    }

    /// Starts with the next value that is published.
    pub(super) fn after_current(state: Arc<LiveState<T>>) -> Self {
        let seen = state.number();
        Self { seen, ..Self::new(state) }
    }

    /// Returns the current value first, then each that is published. Of several published between two calls, it returns
    /// only the newest. `None` once no more can come: for a fixed value and what derives from one.
    ///
    /// While it waits, it restarts the background task if that ended with its runtime. Cancel safe: dropping the future
    /// loses no value.
    ///
    /// ```
    /// # async fn example(key: secrets_runtime::Live<String>) {
    /// let mut changes = key.changes();
    /// let first = changes.next().await; // at once
    /// let second = changes.next().await; // once there is a new version
    /// # }
    /// ```
    pub async fn next(&mut self) -> Option<Snapshot<T>> {
        *self.waiting.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        let next = next(&self.state, &self.changed, self.seen).await?;
        self.seen = next.0.number;
        Some(next)
    }
}

/// The newest value, once its number is greater than `seen`.
async fn next<T>(state: &LiveState<T>, changed: &Notify, seen: u64) -> Option<Snapshot<T>> {
    if let Some(secret) = state.upstream.secret() {
        let _ = secret.poller.visit();
    }
    loop {
        let mut changed = pin!(changed.notified());
        changed.as_mut().enable();
        let current = state.published.load();
        if current.number > seen {
            return Some(Snapshot(current));
        }
        drop(current);
        let poller = &state.upstream.secret()?.poller;
        poller.waiting(changed).await;
    }
}

/// As [`next`](Changes::next), for `StreamExt` and `select!` over streams.
impl<T: Send + Sync + 'static> Stream for Changes<T> {
    type Item = Snapshot<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Snapshot<T>>> {
        let (state, changed, seen) = (Arc::clone(&self.state), Arc::clone(&self.changed), self.seen);
        let waiting = self.waiting.get_mut().unwrap_or_else(PoisonError::into_inner);
        let begun = waiting.get_or_insert_with(|| Box::pin(async move { next(&state, &changed, seen).await }));
        let next = ready!(begun.as_mut().poll(cx));
        *waiting = None;
        self.seen = next.as_ref().map_or(self.seen, |next| next.0.number);
        Poll::Ready(next)
    }
}

impl<T> fmt::Debug for Changes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}
