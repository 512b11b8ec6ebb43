//! The state of a live value: the published value, and how the last fetched version compares to it.

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::accept::{Decision, Superseded, UnconfirmedRollback, Version, decide};
use super::clock::Timestamp;
use super::effects::Effects;
use super::lease::Lease;
use super::map::MapError;
use super::polled::{PolledSecret, Subscription};
use super::publish::Published;
use super::snapshot::{Snapshot, Versioned};
use super::subscriber::{Arrival, Refused, Standing, Subscriber, Verdict, ViewHealth};
use super::telemetry::What;
use super::ticket::Run;
use super::{accept, fetch};
use crate::error::Error;
use crate::secret::{Secret, read};
use crate::source::{Fetched, SecretId};
use crate::sync::lock;

pub struct LiveState<T> {
    pub published: Published<Versioned<T>>,
    pub upstream: Arc<dyn Upstream<T>>,
    /// Lock order: after the lock of a run.
    view: Mutex<View<T>>,
}

/// Where the values come from.
pub trait Upstream<T>: Send + Sync {
    /// The secret that the values come from; a fixed value has none.
    fn secret(&self) -> Option<&Arc<PolledSecret>>;

    fn max_stale(&self) -> Option<Duration>;

    /// When this value was last known to be the newest, as far as upstream knows.
    fn confirmed(&self, published: &Versioned<T>) -> Option<Timestamp>;

    /// The value of another stage of the secret, which is not published; `None` if there is no such version.
    fn staged(&self, stage: &'static str) -> BoxFuture<'_, Result<Option<Arc<Versioned<T>>>, Error>>;

    /// Derives from the newest upstream value. The result is published or refused.
    fn catch_up(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Starts a derivation if upstream has a newer value.
    fn begin_if_behind(&self) {}

    /// When the next derivation is planned, if one is.
    fn planned(&self) -> Option<Timestamp> {
        None
    }

    /// The error if this value has been behind its upstream for too long.
    fn behind(&self) -> Option<Error> {
        None
    }
}

/// Something that follows the values.
pub trait Derived<T>: Send + Sync {
    /// A value was replaced. Called under the lock of the run that brought the new one: no user code may run in here.
    fn on_published(self: Arc<Self>, now: &Arc<Versioned<T>>, before: &Arc<Versioned<T>>, effects: &mut Effects);

    fn health(&self) -> Option<ViewHealth>;
}

struct View<T> {
    /// When the source was last polled and returned the published version, as far as this view knows.
    confirmed: Timestamp,
    refused: Option<Box<Refusal>>,
    unconfirmed: Option<Box<UnconfirmedRollback>>,
    superseded: Superseded,
    derived: Vec<Weak<dyn Derived<T>>>,
    lease: Option<Arc<Lease<T>>>,
}

/// A version that is not published, and why.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub version: Version,
    pub error: Error,
    /// The error of the program's closure.
    pub cause: Option<MapError>,
}

impl Refusal {
    /// What health tells of it. A closure's error, which may quote the secret, is left out.
    pub fn told(self) -> Refused {
        Refused { version_id: self.version.id, error: self.error }
    }
}

impl<T> LiveState<T> {
    pub fn new(first: Versioned<T>, confirmed: Timestamp, upstream: Arc<dyn Upstream<T>>) -> Self {
        let view = View {
            confirmed,
            refused: None,
            unconfirmed: None,
            superseded: Superseded::default(),
            derived: Vec::new(),
            lease: None,
        };
        Self { published: Published::new(Arc::new(first)), upstream, view: Mutex::new(view) }
    }

    /// The same, with a refused version from the start.
    pub fn refusing(self, refused: Refusal) -> Self {
        lock(&self.view).refused = Some(Box::new(refused));
        self
    }

    /// The id of the secret, in a form that is safe for messages.
    pub fn secret_id(&self) -> SecretId {
        self.upstream.secret().map_or_else(|| SecretId::new("".into()), |secret| secret.secret_id().clone())
    }

    pub fn snapshot(&self) -> Snapshot<T> {
        Snapshot(self.published.load())
    }

    pub fn number(&self) -> u64 {
        self.published.borrow().number
    }

    /// How long ago the published value was last known to be the newest.
    pub fn age(&self) -> Duration {
        match self.upstream.secret() {
            Some(_) => self.confirmed().age(Timestamp::now()),
            None => Duration::ZERO,
        }
    }

    pub fn confirmed(&self) -> Timestamp {
        let upstream = self.upstream.confirmed(&self.published.borrow());
        let own = lock(&self.view).confirmed;
        upstream.map_or(own, |confirmed| own.later(confirmed))
    }

    pub fn refusal(&self) -> Option<Refusal> {
        lock(&self.view).refused.as_deref().cloned()
    }

    pub fn lease(&self) -> Arc<Lease<T>> {
        Arc::clone(lock(&self.view).lease.get_or_insert_with(Arc::default))
    }

    pub fn follow(&self, one: Weak<dyn Derived<T>>) {
        let mut view = lock(&self.view);
        view.derived.retain(|one| one.strong_count() > 0);
        view.derived.push(one);
    }

    fn derived(&self) -> Vec<Arc<dyn Derived<T>>> {
        lock(&self.view).derived.iter().filter_map(Weak::upgrade).collect()
    }

    /// The health of this view together with what derives from it: a refusal in a derived value counts here too.
    pub fn view_health(&self) -> ViewHealth {
        let own = ViewHealth {
            confirmed: Some(self.confirmed()),
            max_stale: self.upstream.max_stale(),
            version: Some(self.published.borrow().version.clone()),
            refused: self.refusal().map(Refusal::told),
            behind: self.upstream.behind(),
        };
        self.derived().iter().filter_map(|one| one.health()).fold(own, |own, below| ViewHealth {
            version: Version::oldest(own.version.into_iter().chain(below.version)),
            refused: own.refused.or(below.refused),
            behind: own.behind.or(below.behind),
            ..own
        })
    }

    // Changes, under the lock of the run that brings them.

    /// The published value is the newest; nothing is refused any more.
    pub fn confirm(&self, asked: Option<Timestamp>) {
        let mut view = lock(&self.view);
        view.confirmed = asked.map_or(view.confirmed, |asked| view.confirmed.later(asked));
        (view.refused, view.unconfirmed) = (None, None);
    }
}

impl<T: Send + Sync + 'static> LiveState<T> {
    /// Publishes a value. `asked` is when the source was polled for it; `None` if a fallback returned it.
    pub fn publish(&self, next: Versioned<T>, asked: Option<Timestamp>, effects: &mut Effects) {
        let next = Arc::new(next);
        let (before, waiting) = self.published.publish(Arc::clone(&next));
        effects.wake(waiting);
        self.confirm(asked);
        let lease = {
            let mut view = lock(&self.view);
            view.superseded.add(&before.version);
            view.lease.clone()
        };
        effects.drop_later(lease.map(|lease| lease.forget()));
        for one in self.derived() {
            Arc::clone(&one).on_published(&next, &before, effects);
            effects.drop_later(one);
        }
        effects.drop_later(before);
    }

    /// Keeps the published value; reports the refusal once per version.
    pub fn refuse(&self, refused: Refusal, what: What, effects: &mut Effects) {
        let mut view = lock(&self.view);
        let is_known = view.refused.as_ref().is_some_and(|before| before.version.is_same(&refused.version));
        if !is_known && let Some(secret) = self.upstream.secret() {
            effects.event(secret.event(what));
        }
        view.unconfirmed = None;
        view.refused = Some(Box::new(refused));
    }

    fn await_confirmation(&self, version: Version, now: Timestamp, effects: &mut Effects) {
        let mut view = lock(&self.view);
        let is_known = view.unconfirmed.as_ref().is_some_and(|rollback| rollback.version.is_same(&version));
        if !is_known {
            if let Some(secret) = self.upstream.secret() {
                effects.event(secret.event(What::Unconfirmed(version.clone())));
            }
            view.unconfirmed = Some(Box::new(UnconfirmedRollback { version, since: now }));
            view.refused = None;
        }
    }
}

impl<T: Secret + Send + Sync + 'static> LiveState<T> {
    fn decide(&self, fetched: &Fetched, run: Run, now: Timestamp) -> (Decision, bool) {
        let published = self.published.borrow();
        let view = lock(&self.view);
        let standing = accept::Standing {
            published: &published.version,
            unconfirmed: view.unconfirmed.as_deref(),
            superseded: &view.superseded,
        };
        let is_refused = view.refused.as_ref().is_some_and(|refused| refused.version.is(fetched));
        (decide(&standing, fetched, run.trigger, now), is_refused)
    }

    fn on_fetched(self: Arc<Self>, fetched: &Fetched, version: &Version, run: Run) -> Verdict {
        let (now, version) = (Timestamp::now(), version.clone());
        let asked = (!fetched.is_fallback()).then_some(run.asked);
        match self.decide(fetched, run, now) {
            (Decision::Ignore, _) => Verdict::keep(Standing::Open),
            // A fallback that returns the published version does not lift a refusal.
            (Decision::Unchanged, _) if fetched.is_fallback() => Verdict::keep(Standing::Open),
            (Decision::Unchanged, _) => Verdict::change(Standing::Settled, move |_| self.confirm(asked)),
            (Decision::AwaitConfirmation, _) => Verdict::change(Standing::Unconfirmed, move |applying| {
                self.await_confirmation(version, now, applying.effects);
            }),
            (Decision::Accept, true) => Verdict::keep(Standing::Refused),
            (Decision::Accept, false) => match read::<T>(fetched.expose_text(), Some(&self.secret_id())) {
                Ok(value) => Verdict::change(Standing::Settled, move |applying| {
                    let number = self.number() + 1;
                    if let Some(secret) = self.upstream.secret() {
                        applying
                            .effects
                            .event(secret.event(What::Published { version: version.clone(), is_first: false }));
                    }
                    self.publish(Versioned { value, version, number, show: T::redacted }, asked, applying.effects);
                }),
                Err(error) => self.refusing_verdict(version, error),
            },
        }
    }

    fn refusing_verdict(self: Arc<Self>, version: Version, error: Error) -> Verdict {
        Verdict::change(Standing::Refused, move |applying| {
            let what = What::Refused(version.clone(), error.clone());
            self.refuse(Refusal { version, error, cause: None }, what, applying.effects);
        })
    }
}

impl<T: Secret + Send + Sync + 'static> Subscriber for LiveState<T> {
    fn on_version(self: Arc<Self>, arrival: &Arrival<'_>, run: Run) -> Verdict {
        match arrival {
            Arrival::Fetched(fetched, version) if fetched.is_fallback() => {
                self.on_fetched(fetched, version, run).of_fallback()
            }
            Arrival::Fetched(fetched, version) => self.on_fetched(fetched, version, run),
            Arrival::Unreadable(version, error) => self.refusing_verdict((*version).clone(), (*error).clone()),
        }
    }

    fn health(&self) -> Option<ViewHealth> {
        Some(self.view_health())
    }
}

/// The upstream of values that are decoded from a secret.
pub struct OfSecret {
    pub subscription: Subscription,
    pub max_stale: Option<Duration>,
}

impl<T: Secret + Send + Sync + 'static> Upstream<T> for OfSecret {
    fn secret(&self) -> Option<&Arc<PolledSecret>> {
        Some(&self.subscription.secret)
    }

    fn max_stale(&self) -> Option<Duration> {
        self.max_stale
    }

    fn confirmed(&self, published: &Versioned<T>) -> Option<Timestamp> {
        self.subscription.secret.confirmed(&published.version)
    }

    fn staged(&self, stage: &'static str) -> BoxFuture<'_, Result<Option<Arc<Versioned<T>>>, Error>> {
        Box::pin(async move {
            let secret = &self.subscription.secret;
            let Some(fetched) = fetch::staged(&secret.poller, &secret.request, stage).await? else { return Ok(None) };
            let version = Version::of(&fetched, Timestamp::now());
            let value = read(fetched.expose_text(), Some(secret.secret_id()))?;
            Ok(Some(Arc::new(Versioned { value, version, number: 0, show: T::redacted })))
        })
    }
}

/// The upstream of a value that never changes.
pub struct Fixed;

impl<T: Send + Sync> Upstream<T> for Fixed {
    fn secret(&self) -> Option<&Arc<PolledSecret>> {
        None
    }

    fn max_stale(&self) -> Option<Duration> {
        None
    }

    fn confirmed(&self, _: &Versioned<T>) -> Option<Timestamp> {
        None
    }

    fn staged(&self, _: &'static str) -> BoxFuture<'_, Result<Option<Arc<Versioned<T>>>, Error>> {
        Box::pin(async { Ok(None) })
    }
}
