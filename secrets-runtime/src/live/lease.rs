//! Which caller probes, on behalf of all, whether a value logs in.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;

use super::clock::Timestamp;
use super::snapshot::Snapshot;
use crate::sync::lock;

/// Held by one prober at a time, while it renews the lease. A prober that is no longer polled stops renewing, and loses
/// it.
pub struct Lease<T> {
    state: Mutex<State<T>>,
    changed: Notify,
}

struct State<T> {
    last: u64,
    holder: Option<Holder>,
    verdict: Option<Verdict<T>>,
}

struct Holder {
    number: u64,
    renewed: Timestamp,
}

/// The result of the last prober.
pub struct Verdict<T> {
    at: Timestamp,
    /// The snapshot that authenticates, if there is one.
    pub works: Option<Snapshot<T>>,
}

/// How often the holder renews its lease.
pub const RENEWAL: Duration = Duration::from_secs(1);

/// How long a lease lasts without renewal.
const TERM: Duration = Duration::from_secs(3);

impl<T> Default for Lease<T> {
    fn default() -> Self {
        let state = State { last: 0, holder: None, verdict: None };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }
}

impl<T> Clone for Verdict<T> {
    fn clone(&self) -> Self {
        Self { at: self.at, works: self.works.clone() }
    }
}

/// The outcome of a request for the lease.
pub enum Claim<T> {
    /// Another caller has found out since: there is no need to probe again.
    Known(Verdict<T>),
    Held(Held),
    /// Another caller holds it, at least until then.
    Taken(Timestamp),
}

/// A held lease.
pub struct Held(u64);

impl<T> Lease<T> {
    /// If another caller holds it: until when.
    pub fn is_taken(&self) -> Option<Timestamp> {
        lock(&self.state).taken(Timestamp::now())
    }

    /// The result, if it was found since then.
    pub fn known(&self, since: Timestamp) -> Option<Verdict<T>> {
        lock(&self.state).verdict.as_ref().filter(|verdict| verdict.at.is_since(since)).cloned()
    }

    pub fn claim(&self, since: Timestamp) -> Claim<T> {
        let now = Timestamp::now();
        let mut state = lock(&self.state);
        if let Some(verdict) = state.verdict.as_ref().filter(|verdict| verdict.at.is_since(since)) {
            return Claim::Known(verdict.clone());
        }
        if let Some(until) = state.taken(now) {
            return Claim::Taken(until);
        }
        state.last += 1;
        let number = state.last;
        state.holder = Some(Holder { number, renewed: now });
        Claim::Held(Held(number))
    }

    pub fn renew(&self, held: &Held) {
        let mut state = lock(&self.state);
        state
            .holder
            .iter_mut()
            .filter(|holder| holder.number == held.0)
            .for_each(|holder| holder.renewed = Timestamp::now());
    }

    /// Releases the lease with a result. Ignored if the holder has lost the lease meanwhile.
    pub fn settle(&self, held: &Held, works: Option<Snapshot<T>>) {
        self.end(held, Some(Verdict { at: Timestamp::now(), works }));
    }

    /// Releases the lease without a result.
    pub fn give_back(&self, held: &Held) {
        self.end(held, None);
    }

    fn end(&self, held: &Held, verdict: Option<Verdict<T>>) {
        let before = {
            let mut state = lock(&self.state);
            if state.holder.take_if(|holder| holder.number == held.0).is_none() {
                return;
            }
            if verdict.is_some() { std::mem::replace(&mut state.verdict, verdict) } else { None }
        };
        // Not under the lock: its snapshot may be the last of its version, and its destructor is user code.
        drop(before);
        self.changed.notify_waiters();
    }

    /// Removes the result when a new version is published: it would keep the old value in memory.
    pub fn forget(&self) -> Option<Verdict<T>> {
        lock(&self.state).verdict.take()
    }

    /// Notified when the lease is released.
    pub fn changed(&self) -> &Notify {
        &self.changed
    }
}

impl<T> State<T> {
    fn taken(&self, now: Timestamp) -> Option<Timestamp> {
        let holder = self.holder.as_ref().filter(|holder| holder.renewed.age(now) < TERM)?;
        Some(holder.renewed.after(TERM))
    }
}
