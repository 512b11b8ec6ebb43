//! A published value: who reads takes it as it is, who waits is told of the next.
//!
//! Reading is one atomic load. Publishing and waiting meet under a lock, so that nobody who waits misses a value, and nobody
//! sees a value with another one's number.

use std::task::{Context, Poll, Waker};

use crate::sync::{Arc, ArcSwap, Guard, Mutex, lock};

/// The newest value, with a number that grows with each.
pub(crate) struct Slot<T> {
    value: ArcSwap<T>,
    waiting: Mutex<Waiting>,
}

struct Waiting {
    /// Of the newest value; the first has 1.
    number: u64,
    /// Whether no more values will come.
    is_closed: bool,
    /// Of the next subscription.
    name: u64,
    wakers: Vec<(u64, Waker)>,
}

impl<T> Slot<T> {
    pub(crate) fn new(value: Arc<T>) -> Self {
        let waiting = Waiting { number: 1, is_closed: false, name: 0, wakers: Vec::new() };
        Self { value: ArcSwap::new(value), waiting: Mutex::new(waiting) }
    }

    /// The newest value.
    pub(crate) fn load(&self) -> Arc<T> {
        self.value.load_full()
    }

    /// The newest value, borrowed for a moment.
    pub(crate) fn borrow(&self) -> Guard<Arc<T>> {
        self.value.load()
    }

    pub(crate) fn publish(&self, value: Arc<T>) {
        let mut waiting = lock(&self.waiting);
        // What is replaced is dropped by who lets it go last, never under the lock.
        let _before = self.value.swap(value);
        waiting.number += 1;
        let wakers = std::mem::take(&mut waiting.wakers);
        drop(waiting);
        wake(wakers);
    }

    /// Lets those who wait know that no more values will come; `false` takes it back.
    pub(crate) fn close(&self, is_closed: bool) {
        let mut waiting = lock(&self.waiting);
        waiting.is_closed = is_closed;
        let wakers = if is_closed { std::mem::take(&mut waiting.wakers) } else { Vec::new() };
        drop(waiting);
        wake(wakers);
    }

    /// One that has seen nothing yet.
    pub(crate) fn subscribe(&self) -> Subscription {
        let mut waiting = lock(&self.waiting);
        waiting.name += 1;
        Subscription { name: waiting.name, seen: 0 }
    }

    /// One that has seen what is published now.
    pub(crate) fn subscribe_to_next(&self) -> Subscription {
        let mut waiting = lock(&self.waiting);
        waiting.name += 1;
        Subscription { name: waiting.name, seen: waiting.number }
    }

    /// The newest value, if `subscription` has not seen it; `None` once no more will come.
    pub(crate) fn poll(&self, subscription: &mut Subscription, context: &mut Context<'_>) -> Poll<Option<Arc<T>>> {
        let mut waiting = lock(&self.waiting);
        if waiting.number > subscription.seen {
            subscription.seen = waiting.number;
            return Poll::Ready(Some(self.load()));
        }
        if waiting.is_closed {
            return Poll::Ready(None);
        }
        match waiting.wakers.iter_mut().find(|(name, _)| *name == subscription.name) {
            Some((_, waker)) => waker.clone_from(context.waker()),
            None => waiting.wakers.push((subscription.name, context.waker().clone())),
        }
        Poll::Pending
    }

    /// Forgets who waits under a subscription that ends.
    pub(crate) fn unsubscribe(&self, subscription: &Subscription) {
        let mut waiting = lock(&self.waiting);
        let waker = waiting.wakers.iter().position(|(name, _)| *name == subscription.name);
        let waker = waker.map(|at| waiting.wakers.swap_remove(at));
        // A waker may do anything when it is dropped.
        drop(waiting);
        drop(waker);
    }
}

fn wake(wakers: Vec<(u64, Waker)>) {
    for (_, waker) in wakers {
        waker.wake();
    }
}

/// How far somebody has followed a slot.
#[derive(Debug)]
pub(crate) struct Subscription {
    name: u64,
    seen: u64,
}
