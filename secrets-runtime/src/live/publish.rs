//! A published value: readers load it, subscribers are woken on change.
//!
//! Reading is one atomic load. The model checker's tests run this very file.

use crate::sync::{Arc, ArcSwap, Guard, Mutex, Notify, lock};

/// Holds the current value.
pub struct Published<T> {
    value: ArcSwap<T>,
    /// Made for the first who waits: most values have no subscriber. It is guarded by a lock that publishing takes too, so that
    /// whoever comes too late to be woken sees the new value.
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

    /// The current value, borrowed for a moment.
    pub fn borrow(&self) -> Guard<Arc<T>> {
        self.value.load()
    }

    /// Replaces the value. Returns the one before, which must not be dropped under a lock: its destructor is user code. And
    /// those to be woken, which must not be done under a lock either.
    #[must_use = "the value before is to be dropped, and those who wait are to be woken, outside of locks"]
    pub fn publish(&self, value: Arc<T>) -> (Arc<T>, Option<Arc<Notify>>) {
        let changed = lock(&self.changed);
        let before = self.value.swap(value);
        let waiting = changed.clone();
        drop(changed);
        (before, waiting)
    }

    /// Wakes whoever waits, from now on, whenever a value is published: ask for the value after the wait has begun.
    pub fn changed(&self) -> Arc<Notify> {
        let mut changed = lock(&self.changed);
        Arc::clone(changed.get_or_insert_with(Arc::default))
    }
}
