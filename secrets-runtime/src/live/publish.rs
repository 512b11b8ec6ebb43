//! A published value: readers load it, subscribers are woken on change.
//!
//! Reading is one atomic load. The model checker's tests run this file unchanged.

use crate::sync::{Arc, ArcSwap, Guard, Mutex, Notify, lock};

/// Holds the current value.
pub struct Published<T> {
    value: ArcSwap<T>,
    /// Created for the first waiter, because most values have no subscriber. Publishing takes this lock too, so that a
    /// subscriber too late to be woken sees the new value.
    changed: Mutex<Option<Arc<Notify>>>,
}

impl<T> Published<T> {
    pub fn new(value: Arc<T>) -> Self {
        Self { value: ArcSwap::new(value), changed: Mutex::new(None) }
    }

    /// The current value.
    pub fn load(&self) -> Arc<T> {
        self.value.load_full()
    }

    /// The current value, borrowed briefly.
    pub fn borrow(&self) -> Guard<Arc<T>> {
        self.value.load()
    }

    /// Replaces the value. Returns the old value, which must not be dropped under a lock because its destructor is user
    /// code, and the subscribers, which must not be woken under a lock either.
    #[must_use = "the value before is to be dropped, and those who wait are to be woken, outside of locks"]
    pub fn publish(&self, value: Arc<T>) -> (Arc<T>, Option<Arc<Notify>>) {
        let changed = lock(&self.changed);
        let before = self.value.swap(value);
        let waiting = changed.clone();
        drop(changed);
        (before, waiting)
    }

    /// Notified whenever a value is published from now on. Start waiting before you load the value.
    pub fn changed(&self) -> Arc<Notify> {
        let mut changed = lock(&self.changed);
        Arc::clone(changed.get_or_insert_with(Arc::default))
    }
}
