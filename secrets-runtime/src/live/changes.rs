//! Following a live secret.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::Notify;

use super::snapshot::Snapshot;
use super::state::LiveState;

/// The values of a live secret, one after the other; keeps the secret fresh as a [`Live`](crate::Live) does.
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
    /// The number of the value that was seen last.
    seen: u64,
}

impl<T> Changes<T> {
    pub(super) fn new(state: Arc<LiveState<T>>) -> Self {
        Self { changed: state.published.changed(), state, seen: 0 }
    }

    /// From the value on that is published next.
    pub(super) fn after_current(state: Arc<LiveState<T>>) -> Self {
        let seen = state.number();
        Self { seen, ..Self::new(state) }
    }

    /// The current value at first, then each that is published; of those published while nobody asked, only the newest. `None`
    /// once no more can come, which is so for a fixed value and what derives from one.
    ///
    /// While it waits, it brings the background task back if that ended with its runtime. Dropping the future loses nothing.
    ///
    /// ```
    /// # async fn example(key: secrets_runtime::Live<String>) {
    /// let mut changes = key.changes();
    /// let first = changes.next().await; // at once
    /// let second = changes.next().await; // once there is a new version
    /// # }
    /// ```
    pub async fn next(&mut self) -> Option<Snapshot<T>> {
        if let Some(secret) = self.state.upstream.secret() {
            let _ = secret.poller.visit();
        }
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let current = self.state.published.load();
            if current.number > self.seen {
                self.seen = current.number;
                return Some(Snapshot(current));
            }
            drop(current);
            let poller = &self.state.upstream.secret()?.poller;
            poller.waiting(changed).await;
        }
    }
}

impl<T> fmt::Debug for Changes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}
