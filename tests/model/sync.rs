//! The model checker's primitives under the names of the runtime's `sync` module.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

pub(crate) use shuttle::sync::{Arc, Mutex, MutexGuard};

/// An `ArcSwap` that the scheduler controls: uses a lock where the original is atomic.
pub(crate) struct ArcSwap<T>(Mutex<Arc<T>>);

pub(crate) type Guard<T> = T;

impl<T> ArcSwap<T> {
    pub(crate) fn new(value: Arc<T>) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn load(&self) -> Guard<Arc<T>> {
        self.load_full()
    }

    pub(crate) fn load_full(&self) -> Arc<T> {
        Arc::clone(&lock(&self.0))
    }

    pub(crate) fn swap(&self, value: Arc<T>) -> Arc<T> {
        std::mem::replace(&mut *lock(&self.0), value)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics in here")
}

/// The part of tokio's `Notify` that the runtime uses: `notify_waiters` wakes all current waiters; later ones wait for the next call.
#[derive(Default)]
pub(crate) struct Notify(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    /// How often waiters were woken.
    rounds: u64,
    last: u64,
    wakers: BTreeMap<u64, Waker>,
}

impl Notify {
    pub(crate) fn notified(&self) -> Notified<'_> {
        let mut waiting = lock(&self.0);
        waiting.last += 1;
        Notified { notify: self, name: waiting.last, round: waiting.rounds }
    }

    pub(crate) fn notify_waiters(&self) {
        let mut waiting = lock(&self.0);
        waiting.rounds += 1;
        let wakers = std::mem::take(&mut waiting.wakers);
        drop(waiting);
        wakers.into_values().for_each(Waker::wake);
    }
}

pub(crate) struct Notified<'a> {
    notify: &'a Notify,
    name: u64,
    round: u64,
}

impl Notified<'_> {
    pub(crate) fn enable(self: Pin<&mut Self>) -> bool {
        lock(&self.notify.0).rounds > self.round
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut waiting = lock(&self.notify.0);
        if waiting.rounds > self.round {
            return Poll::Ready(());
        }
        waiting.wakers.insert(self.name, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Notified<'_> {
    fn drop(&mut self) {
        lock(&self.notify.0).wakers.remove(&self.name);
    }
}
