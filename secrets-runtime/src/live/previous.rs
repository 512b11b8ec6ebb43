//! The current value and the previous one.

use std::fmt;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::accept::Trigger;
use super::clock::Timestamp;
use super::effects::Effects;
use super::polled::PolledSecret;
use super::snapshot::{Snapshot, Versioned};
use super::state::{Derived, LiveState, Upstream};
use super::subscriber::ViewHealth;
use crate::error::Error;
use crate::secret::AWSPREVIOUS;
use crate::sync::lock;

/// The current and the previous version of a secret, which belong together.
///
/// ```
/// # async fn example(key: secrets_runtime::Live<String>) -> Result<(), secrets_runtime::Error> {
/// let keys = key.with_previous().await?.current();
/// println!("{}", if keys.previous.is_some() { "two keys" } else { "one key" });
/// # Ok(())
/// # }
/// ```
#[non_exhaustive]
pub struct Versions<T> {
    /// The version in use.
    pub current: Snapshot<T>,
    /// The version that was in use before, if there was one.
    pub previous: Option<Snapshot<T>>,
}

/// Shows each of the two as it shows itself.
impl<T> fmt::Debug for Versions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { current, previous } = self;
        f.debug_struct("Versions").field("current", current).field("previous", previous).finish()
    }
}

impl<T> Versions<T> {
    /// The current version, then the previous one: the order in which a verifier tries them.
    ///
    /// ```
    /// # use secrets_runtime::Versions;
    /// fn is_known(keys: &Versions<String>, given: &str) -> bool {
    ///     keys.iter().any(|key| **key == given)
    /// }
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &Snapshot<T>> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

/// The values of `state`, each paired with the previous one.
pub async fn pair<T: Send + Sync + 'static>(state: &Arc<LiveState<T>>) -> Result<Arc<LiveState<Versions<T>>>, Error> {
    // It follows first, so that no change is missed while the previous version is fetched.
    let node = PairNode::follow(state);
    let previous = match state.upstream.staged(AWSPREVIOUS).await {
        Ok(previous) => previous.map(Snapshot),
        // A previous version that does not fit the type, as after a change of both, cannot verify anything.
        Err(error) if error.is_about_value() => None,
        Err(error) => return Err(error),
    };
    if let Some(previous) = previous {
        if let Some(secret) = state.upstream.secret()
            && !may_be_older(&previous, &state.snapshot())
        {
            // The value here is no longer current. If the newer one cannot be fetched, there is no pair yet.
            let _ = secret.poll(Trigger::Scheduled, secret.patience()).await;
            let _ = state.upstream.catch_up().await;
        }
        node.0.seed(previous);
    }
    Ok(node.1)
}

/// Whether a version staged `AWSPREVIOUS` may be older than the published one: nothing shows that it is the same or
/// newer.
fn may_be_older<T>(previous: &Snapshot<T>, current: &Snapshot<T>) -> bool {
    let dates = Snapshot::created(previous).zip(Snapshot::created(current));
    !Snapshot::is_same(previous, current) && dates.is_none_or(|(previous, current)| previous < current)
}

/// Makes the pairs. No user code runs, so a pair is published together with its current value.
struct PairNode<T> {
    parent: Arc<LiveState<T>>,
    pair: Weak<LiveState<Versions<T>>>,
    /// Held while a pair is replaced. Lock order: after the lock of the run that brings the value.
    replacing: Mutex<()>,
}

impl<T: Send + Sync + 'static> PairNode<T> {
    fn follow(parent: &Arc<LiveState<T>>) -> (Arc<Self>, Arc<LiveState<Versions<T>>>) {
        let (confirmed, current) = (parent.confirmed(), parent.snapshot());
        let node = |pair: &Weak<_>| {
            Arc::new(Self { parent: Arc::clone(parent), pair: Weak::clone(pair), replacing: Mutex::default() })
        };
        let mut made = None;
        let pair = Arc::new_cyclic(|pair| {
            let node = made.insert(node(pair));
            LiveState::new(published(current.clone(), None), confirmed, Arc::clone(node) as Arc<dyn Upstream<_>>)
        });
        let node = made.unwrap_or_else(|| node(&Arc::downgrade(&pair)));
        parent.follow(Arc::downgrade(&node) as Weak<dyn Derived<T>>);
        // A version that was published before the node followed.
        let newest = parent.snapshot();
        if newest.0.number > current.0.number {
            let mut effects = Effects::default();
            node.replace(&pair, published(newest, Some(current)), &mut effects);
            effects.emit();
        }
        (node, pair)
    }

    /// Pairs the published version with a fetched one, if that is older. Without dates the order is unknown: no pair.
    fn seed(&self, previous: Snapshot<T>) {
        let Some(pair) = self.pair.upgrade() else { return };
        let mut effects = Effects::default();
        {
            let _replacing = lock(&self.replacing);
            let Versions { current, previous: before } = &pair.published.load().value;
            let is_dated = Snapshot::created(&previous).is_some() && Snapshot::created(current).is_some();
            if before.is_none() && is_dated && may_be_older(&previous, current) {
                pair.publish(published(current.clone(), Some(previous)), None, &mut effects);
            }
        }
        effects.emit();
    }

    /// Replaces the pair, unless the pair already has a newer value.
    fn replace(&self, pair: &LiveState<Versions<T>>, next: Versioned<Versions<T>>, effects: &mut Effects) {
        let _replacing = lock(&self.replacing);
        if pair.number() < next.number {
            pair.publish(next, None, effects);
        } else {
            effects.drop_later(next);
        }
    }
}

fn published<T>(current: Snapshot<T>, previous: Option<Snapshot<T>>) -> Versioned<Versions<T>> {
    let (version, number) = (current.0.version.clone(), current.0.number);
    Versioned { value: Versions { current, previous }, version, number, show: fmt::Debug::fmt }
}

impl<T: Send + Sync + 'static> Derived<T> for PairNode<T> {
    fn on_published(self: Arc<Self>, now: &Arc<Versioned<T>>, before: &Arc<Versioned<T>>, effects: &mut Effects) {
        if let Some(pair) = self.pair.upgrade() {
            let next = published(Snapshot(Arc::clone(now)), Some(Snapshot(Arc::clone(before))));
            self.replace(&pair, next, effects);
            effects.drop_later(pair);
        }
        effects.drop_later(self);
    }

    fn health(&self) -> Option<ViewHealth> {
        self.pair.upgrade().map(|pair| pair.view_health())
    }
}

impl<T: Send + Sync + 'static> Upstream<Versions<T>> for PairNode<T> {
    fn secret(&self) -> Option<&Arc<PolledSecret>> {
        self.parent.upstream.secret()
    }

    fn max_stale(&self) -> Option<Duration> {
        self.parent.upstream.max_stale()
    }

    fn confirmed(&self, _: &Versioned<Versions<T>>) -> Option<Timestamp> {
        Some(self.parent.confirmed())
    }

    /// A value of another stage has no pair.
    fn staged(&self, stage: &'static str) -> BoxFuture<'_, Result<Option<Arc<Versioned<Versions<T>>>>, Error>> {
        Box::pin(async move {
            let staged = self.parent.upstream.staged(stage).await?;
            Ok(staged.map(|staged| Arc::new(published(Snapshot(staged), None))))
        })
    }

    fn catch_up(&self) -> BoxFuture<'_, Result<(), Error>> {
        self.parent.upstream.catch_up()
    }

    fn planned(&self) -> Option<Timestamp> {
        self.parent.upstream.planned()
    }

    fn behind(&self) -> Option<Error> {
        self.parent.upstream.behind()
    }
}
