//! Following a live secret.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use super::cell::Cell;
use super::slot::Subscription;
use super::snapshot::Snapshot;

/// The values of a live secret, one after the other; keeps the secret fresh as a [`Live`](super::Live) does.
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
    cell: Arc<Cell<T>>,
    subscription: Subscription,
}

impl<T> Changes<T> {
    pub(super) fn new(cell: Arc<Cell<T>>) -> Self {
        let subscription = cell.slot.subscribe();
        Self { cell, subscription }
    }

    /// From the value on that is published next.
    pub(super) fn after_current(cell: Arc<Cell<T>>) -> Self {
        let subscription = cell.slot.subscribe_to_next();
        Self { cell, subscription }
    }

    /// The current value at first, then each that is published; those that came while nobody asked are left out but for the
    /// newest. `None` once no more can come: the runtime that kept the secret fresh is gone, or the value is a fixed one.
    ///
    /// Dropping the future loses nothing.
    ///
    /// ```
    /// # async fn example(key: secrets_runtime::Live<String>) {
    /// let mut changes = key.changes();
    /// let first = changes.next().await; // at once
    /// let second = changes.next().await; // once there is a new version
    /// # }
    /// ```
    pub async fn next(&mut self) -> Option<Snapshot<T>> {
        let Self { cell, subscription } = self;
        poll_fn(|context| cell.slot.poll(subscription, context)).await.map(Snapshot)
    }
}

impl<T> Drop for Changes<T> {
    fn drop(&mut self) {
        self.cell.slot.unsubscribe(&self.subscription);
    }
}

impl<T> fmt::Debug for Changes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}
