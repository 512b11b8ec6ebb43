//! The subscribers of a secret, and their decisions about each version.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::accept::Version;
use super::clock::Timestamp;
use super::effects::Effects;
use super::ticket::Run;
use crate::error::Error;
use crate::source::Fetched;

/// What the source returned for the version, unless it failed.
pub enum Arrival<'a> {
    Fetched(&'a Fetched, &'a Version),
    /// It was fetched but cannot be decoded, for example because it is binary.
    Unreadable(&'a Version, &'a Error),
}

/// Subscribes to the versions of a secret.
pub trait Subscriber: Send + Sync {
    /// Decides what to do with a version. The program's own code runs in here, and no lock is held.
    fn on_version(self: Arc<Self>, arrival: &Arrival<'_>, run: Run) -> Verdict;

    /// `None` for a subscriber that does not count for the health yet.
    fn health(&self) -> Option<ViewHealth>;
}

/// A subscriber's decision.
pub struct Verdict {
    /// `None` leaves the standing as it was.
    pub standing: Option<Standing>,
    /// A change to apply under the lock of the poll.
    pub change: Option<Change>,
}

/// A subscriber's opinion of the last version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has the version, and need not see it again.
    Settled,
    /// It refused the version, and need not see it again.
    Refused,
    /// The version is older than the published one: a second read has to confirm it.
    Unconfirmed,
    /// It has not decided.
    Open,
}

impl Standing {
    /// Whether it has to see the same version again.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Unconfirmed | Self::Open)
    }
}

pub type Change = Box<dyn FnOnce(&mut Applying<'_>) + Send>;

impl Verdict {
    pub fn keep(standing: Standing) -> Self {
        Self { standing: Some(standing), change: None }
    }

    pub fn change(standing: Standing, change: impl FnOnce(&mut Applying<'_>) + Send + 'static) -> Self {
        Self { standing: Some(standing), change: Some(Box::new(change)) }
    }

    /// For a version from a fallback: it says nothing about the source's version. After a change, the source's next
    /// version is decided anew.
    pub fn of_fallback(self) -> Self {
        let standing = self.change.is_some().then_some(Standing::Open);
        Self { standing, ..self }
    }
}

/// What a change operates on.
pub struct Applying<'a> {
    /// The subscriber whose change it is.
    pub id: u64,
    pub subscriptions: &'a mut Subscriptions,
    pub effects: &'a mut Effects,
}

/// The health of a view of a secret, together with what is derived from it.
#[derive(Debug, Clone)]
pub struct ViewHealth {
    /// When the published value was last known to be the newest; `None` if there never was one.
    pub confirmed: Option<Timestamp>,
    pub max_stale: Option<Duration>,
    /// The oldest version that the view or a value derived from it serves.
    pub version: Option<Version>,
    pub refused: Option<Refused>,
    /// A derived value has been behind its upstream for too long.
    pub behind: Option<Error>,
}

/// A version that a view refuses, and why.
#[derive(Debug, Clone)]
pub struct Refused {
    pub version_id: Option<Arc<str>>,
    pub error: Error,
}

/// Whether a subscriber counts for the health, and keeps its secret polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// A `live` in progress, whose caller takes care of the polls.
    Hidden,
    Visible,
}

/// The subscribers of one secret. With thousands of them, adding one costs no more.
#[derive(Default)]
pub struct Subscriptions {
    last: u64,
    /// Ordered by id.
    entries: Vec<Entry>,
    /// Those that have to see the next version even if it is the same.
    open: Vec<u64>,
    refusing: u32,
    unconfirmed: u32,
    shortest: Option<Duration>,
}

struct Entry {
    id: u64,
    subscriber: Weak<dyn Subscriber>,
    interval: Duration,
    visibility: Visibility,
    standing: Standing,
}

impl Subscriptions {
    pub fn add(&mut self, subscriber: Weak<dyn Subscriber>, interval: Duration, visibility: Visibility) -> u64 {
        self.last += 1;
        let id = self.last;
        if self.entries.is_empty() {
            // Most secrets have one subscriber, and some programs have thousands of secrets.
            self.entries.reserve_exact(1);
        }
        self.entries.push(Entry { id, subscriber, interval, visibility, standing: Standing::Open });
        self.open.push(id);
        self.shorten(interval, visibility);
        id
    }

    pub fn remove(&mut self, id: u64) {
        self.note(id, Standing::Settled);
        let Some(at) = self.find(id) else { return };
        let gone = self.entries.remove(at);
        if self.shortest == Some(gone.interval) {
            let visible = self.entries.iter().filter(|entry| entry.visibility == Visibility::Visible);
            self.shortest = visible.map(|entry| entry.interval).min();
        }
    }

    /// Replaces a subscriber by one that is kept fresh.
    pub fn replace(&mut self, id: u64, subscriber: Weak<dyn Subscriber>) {
        if let Some(at) = self.find(id) {
            let entry = &mut self.entries[at];
            (entry.subscriber, entry.visibility) = (subscriber, Visibility::Visible);
            let interval = entry.interval;
            self.shorten(interval, Visibility::Visible);
        }
    }

    fn shorten(&mut self, interval: Duration, visibility: Visibility) {
        if visibility == Visibility::Visible {
            self.shortest = Some(self.shortest.map_or(interval, |shortest| shortest.min(interval)));
        }
    }

    /// Records a subscriber's opinion of the last version.
    pub fn note(&mut self, id: u64, standing: Standing) {
        let Some(at) = self.find(id) else { return };
        let before = std::mem::replace(&mut self.entries[at].standing, standing);
        let count = |of: Standing| u32::from(standing == of).wrapping_sub(u32::from(before == of));
        self.refusing = self.refusing.wrapping_add(count(Standing::Refused));
        self.unconfirmed = self.unconfirmed.wrapping_add(count(Standing::Unconfirmed));
        if before.is_open() {
            self.open.retain(|&open| open != id);
            if self.open.is_empty() {
                self.open = Vec::new();
            }
        }
        if standing.is_open() {
            self.open.push(id);
        }
    }

    fn find(&self, id: u64) -> Option<usize> {
        self.entries.binary_search_by_key(&id, |entry| entry.id).ok()
    }

    pub fn all(&self) -> Vec<(u64, Arc<dyn Subscriber>)> {
        self.entries.iter().filter_map(|entry| Some((entry.id, entry.subscriber.upgrade()?))).collect()
    }

    /// The subscribers that have to see the same version again.
    pub fn open(&self) -> Vec<(u64, Arc<dyn Subscriber>)> {
        let entry = |&id: &u64| Some((id, self.entries[self.find(id)?].subscriber.upgrade()?));
        self.open.iter().filter_map(entry).collect()
    }

    pub fn is_refused(&self) -> bool {
        self.refusing > 0
    }

    pub fn is_unconfirmed(&self) -> bool {
        self.unconfirmed > 0
    }

    /// Whether some subscriber has not seen the last version because it was added during decoding.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The shortest interval; `None` if no subscriber needs the secret to be polled.
    pub fn interval(&self) -> Option<Duration> {
        self.shortest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    impl Subscriber for Nobody {
        fn on_version(self: Arc<Self>, _: &Arrival<'_>, _: Run) -> Verdict {
            Verdict::keep(Standing::Settled)
        }

        fn health(&self) -> Option<ViewHealth> {
            None
        }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn the_shortest_interval_of_those_who_are_kept_fresh_counts() {
        let (nobody, mut subscriptions) = (Arc::new(Nobody), Subscriptions::default());
        let weak = || -> Weak<dyn Subscriber> { Arc::downgrade(&nobody) as Weak<dyn Subscriber> };
        let hidden = subscriptions.add(weak(), MINUTE, Visibility::Hidden);
        assert_eq!(subscriptions.interval(), None);
        let long = subscriptions.add(weak(), 5 * MINUTE, Visibility::Visible);
        let short = subscriptions.add(weak(), 2 * MINUTE, Visibility::Visible);
        assert_eq!(subscriptions.interval(), Some(2 * MINUTE));
        subscriptions.remove(short);
        assert_eq!(subscriptions.interval(), Some(5 * MINUTE));
        subscriptions.replace(hidden, weak());
        assert_eq!(subscriptions.interval(), Some(MINUTE));
        subscriptions.remove(long);
        subscriptions.remove(hidden);
        assert_eq!((subscriptions.interval(), subscriptions.all().len()), (None, 0));
    }

    #[test]
    fn those_who_have_decided_need_not_see_the_same_version_again() {
        let (nobody, mut subscriptions) = (Arc::new(Nobody), Subscriptions::default());
        let weak = || -> Weak<dyn Subscriber> { Arc::downgrade(&nobody) as Weak<dyn Subscriber> };
        let ids = [(); 3].map(|()| subscriptions.add(weak(), MINUTE, Visibility::Visible));
        let open = |subscriptions: &Subscriptions| subscriptions.open().iter().map(|(id, _)| *id).collect::<Vec<_>>();
        assert_eq!(open(&subscriptions), ids);
        for (id, standing) in ids.into_iter().zip([Standing::Settled, Standing::Refused, Standing::Unconfirmed]) {
            subscriptions.note(id, standing);
        }
        assert_eq!(open(&subscriptions), ids[2..]);
        assert!(subscriptions.is_refused() && subscriptions.is_unconfirmed());
        subscriptions.note(ids[2], Standing::Settled);
        subscriptions.remove(ids[1]);
        assert!(!subscriptions.is_refused() && !subscriptions.is_unconfirmed());
    }
}
