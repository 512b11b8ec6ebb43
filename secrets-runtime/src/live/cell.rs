//! What a live secret is made of: the published value, and how the version fetched last stands to it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use futures_util::future::join_all;

use super::attempt::Probe;
use super::slot::Slot;
use super::snapshot::{Published, Snapshot};
use crate::client::BoxFuture;
use crate::error::Error;
use crate::refresh::{Entry, Judgement, Look, Moment, Standing, Suspect, Version, View, judge, observe};
use crate::secret::Secret;
use crate::source::Fetched;
use crate::sync::lock;
use crate::value;

pub(super) struct Cell<T> {
    pub(super) slot: Slot<Published<T>>,
    pub(super) feed: Arc<dyn Feed<T>>,
    pub(super) probe: tokio::sync::Mutex<Probe<T>>,
    track: Mutex<Track>,
    children: Mutex<Vec<Weak<dyn Child>>>,
}

/// Where the values of a cell come from.
pub(super) trait Feed<T>: Send + Sync {
    /// The secret behind them; none behind a fixed value.
    fn entry(&self) -> Option<&Arc<Entry>>;

    fn max_stale(&self) -> Option<Duration>;

    /// The value of another stage of the secret, published nowhere; `None` where there is no such version.
    fn staged(&self, stage: &'static str) -> BoxFuture<'_, Result<Option<Arc<Published<T>>>, Error>>;

    /// Catches up with what the values come from.
    fn follow(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// A cell that follows another one.
pub(super) trait Child: Send + Sync {
    fn settle(&self) -> BoxFuture<'_, ()>;

    fn standing(&self) -> Option<Standing>;

    fn close(&self, is_closed: bool);
}

/// How the version that was fetched last stands to the published one.
#[derive(Debug)]
struct Track {
    /// When the source was last asked and the published version was its answer.
    confirmed: Moment,
    suspect: Option<Suspect>,
    refused: Option<Refusal>,
}

/// A version that is not published, and why.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) version: Version,
    pub(super) error: Error,
}

impl<T> Cell<T> {
    pub(super) fn new(
        first: Published<T>,
        confirmed: Moment,
        refused: Option<Refusal>,
        feed: Arc<dyn Feed<T>>,
    ) -> Self {
        Self {
            slot: Slot::new(Arc::new(first)),
            feed,
            probe: tokio::sync::Mutex::default(),
            track: Mutex::new(Track { confirmed, suspect: None, refused }),
            children: Mutex::default(),
        }
    }

    /// The id of the secret, fit for messages.
    pub(super) fn shown(&self) -> &str {
        self.feed.entry().map_or("", |entry| entry.request.shown())
    }

    /// How long ago the published value was last known to be the newest.
    pub(super) fn age(&self) -> Duration {
        match self.feed.entry() {
            Some(_) => self.confirmed().age(Moment::now()),
            None => Duration::ZERO,
        }
    }

    pub(super) fn confirmed(&self) -> Moment {
        lock(&self.track).confirmed
    }

    pub(super) fn refusal(&self) -> Option<Refusal> {
        lock(&self.track).refused.clone()
    }

    /// What was published is what was fetched last.
    pub(super) fn confirm(&self, asked: Moment) {
        let mut track = lock(&self.track);
        *track = Track { confirmed: asked, suspect: None, refused: None };
    }

    pub(super) fn publish(&self, next: Published<T>, asked: Moment) {
        self.slot.publish(Arc::new(next));
        self.confirm(asked);
    }

    /// Keeps what is published; tells of it once per version.
    pub(super) fn refuse(&self, version: Version, error: Error) {
        let mut track = lock(&self.track);
        let is_known = track.refused.as_ref().is_some_and(|refused| refused.version.is_same(&version));
        if !is_known {
            observe::refused(self.shown(), &version, &error);
        }
        track.suspect = None;
        track.refused = Some(Refusal { version, error });
    }

    pub(super) fn add_child(&self, child: Weak<dyn Child>) {
        let mut children = lock(&self.children);
        children.retain(|child| child.strong_count() > 0);
        children.push(child);
    }

    fn children(&self) -> Vec<Arc<dyn Child>> {
        lock(&self.children).iter().filter_map(Weak::upgrade).collect()
    }

    /// Lets what is derived from the value follow it.
    pub(super) async fn settle_children(&self) {
        let children = self.children();
        join_all(children.iter().map(|child| child.settle())).await;
    }

    /// How this cell and what is derived from it stand: what is refused below is refused.
    pub(super) fn standing(&self) -> Standing {
        let own = {
            let Track { confirmed, suspect, refused } = &*lock(&self.track);
            Standing {
                confirmed: Some(*confirmed),
                max_stale: self.feed.max_stale(),
                refused: refused.as_ref().map(|refused| refused.error.clone()),
                is_in_doubt: suspect.is_some(),
            }
        };
        let refused_below =
            self.children().iter().filter_map(|child| child.standing()).find_map(|standing| standing.refused);
        Standing { refused: own.refused.or(refused_below), ..own }
    }

    pub(super) fn close(&self, is_closed: bool) {
        self.slot.close(is_closed);
        self.children().iter().for_each(|child| child.close(is_closed));
    }

    pub(super) fn snapshot(&self) -> Snapshot<T> {
        Snapshot(self.slot.load())
    }
}

impl<T: Secret + Send + Sync + 'static> View for Cell<T> {
    fn offer(&self, fetched: &Fetched, look: Look) {
        let published = self.slot.load();
        let suspect = lock(&self.track).suspect.clone();
        match judge(&published.version, fetched, suspect.as_ref(), look.how, look.now) {
            Judgement::Unchanged => self.confirm(look.asked),
            Judgement::Doubt => self.doubt(fetched, suspect, look),
            Judgement::Accept => self.accept(fetched, published.number + 1, look),
        }
    }

    fn refuse(&self, version: Version, error: Error) {
        self.refuse(version, error);
    }

    fn settle(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.settle_children())
    }

    fn standing(&self) -> Standing {
        self.standing()
    }

    fn close(&self, is_closed: bool) {
        self.close(is_closed);
    }
}

impl<T: Secret> Cell<T> {
    fn doubt(&self, fetched: &Fetched, suspect: Option<Suspect>, look: Look) {
        let is_known = suspect.is_some_and(|suspect| suspect.version.is(fetched));
        if !is_known {
            let version = Version::of(fetched, look.now);
            observe::doubted(self.shown(), &version);
            let mut track = lock(&self.track);
            track.suspect = Some(Suspect { version, since: look.now });
            track.refused = None;
        }
    }

    /// Publishes a version that proves good. One that was refused before is not read again.
    fn accept(&self, fetched: &Fetched, number: u64, look: Look) {
        let is_refused = lock(&self.track).refused.as_ref().is_some_and(|refused| refused.version.is(fetched));
        if is_refused {
            return;
        }
        let version = Version::of(fetched, look.now);
        match decode::<T>(fetched, self.shown()) {
            Ok(value) => {
                observe::published(self.shown(), &version);
                self.publish(Published { value, version, number }, look.asked);
            }
            Err(error) => self.refuse(version, error),
        }
    }
}

/// Reads a fetched version. The program's own judges run in here: one that panics refuses the version.
pub(super) fn decode<T: Secret>(fetched: &Fetched, shown: &str) -> Result<T, Error> {
    let decoded = catch_unwind(AssertUnwindSafe(|| value::decode(fetched.text())));
    decoded.map_err(|_| Error::panicked(shown))?.map_err(|failure| Error::decoding::<T>(Some(shown), failure))
}

/// The values of a secret that a struct declares.
pub(super) struct Declared {
    pub(super) entry: Arc<Entry>,
    pub(super) max_stale: Option<Duration>,
}

impl<T: Secret + Send + Sync + 'static> Feed<T> for Declared {
    fn entry(&self) -> Option<&Arc<Entry>> {
        Some(&self.entry)
    }

    fn max_stale(&self) -> Option<Duration> {
        self.max_stale
    }

    fn staged(&self, stage: &'static str) -> BoxFuture<'_, Result<Option<Arc<Published<T>>>, Error>> {
        Box::pin(async move {
            let Some(fetched) = self.entry.staged(stage).await? else { return Ok(None) };
            let version = Version::of(&fetched, Moment::now());
            let value = decode(&fetched, self.entry.request.shown())?;
            Ok(Some(Arc::new(Published { value, version, number: 0 })))
        })
    }
}

/// A value that stays as it is.
pub(super) struct Fixed;

impl<T: Send + Sync> Feed<T> for Fixed {
    fn entry(&self) -> Option<&Arc<Entry>> {
        None
    }

    fn max_stale(&self) -> Option<Duration> {
        None
    }

    fn staged(&self, _: &'static str) -> BoxFuture<'_, Result<Option<Arc<Published<T>>>, Error>> {
        Box::pin(async { Ok(None) })
    }
}
