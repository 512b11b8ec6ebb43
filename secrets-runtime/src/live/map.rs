//! Values derived from a live secret: each is proven first, then published.

use std::any::type_name;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::clock::Timestamp;
use super::effects::{Derivation, Effects};
use super::polled::PolledSecret;
use super::poller::Target;
use super::run::{GRACE, InFlight, Marked, RunResult, Runner, run};
use super::schedule;
use super::snapshot::{Show, Snapshot, Versioned};
use super::state::{Derived, LiveState, Refusal, Upstream};
use super::subscriber::ViewHealth;
#[cfg(feature = "metrics")]
use super::telemetry::Gauge;
use super::telemetry::What;
use super::ticket::Ticket;
use crate::decode::hidden;
use crate::error::Error;
use crate::panics::{catch, catch_future};
use crate::sync::lock;

/// The time limit for deriving a value.
const MAP_LIMIT: Duration = Duration::from_secs(30);

/// The error of a `try_map` closure. It may quote the secret, so `Debug` does not show it.
///
/// ```
/// # fn example(pool: &secrets_runtime::Live<u16>) {
/// if let Some(error) = pool.status().map_error {
///     println!("{error:?}"); // MapError([REDACTED])
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct MapError(Arc<dyn StdError + Send + Sync>);

impl MapError {
    /// The closure's own error. Inspect it, but do not log it: it may quote the secret.
    ///
    /// ```
    /// # use secrets_runtime::Live;
    /// # fn example(pool: &Live<u16>) {
    /// if let Some(error) = pool.status().map_error {
    ///     let is_full = error.expose().downcast_ref::<std::num::ParseIntError>().is_some();
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn expose(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.0
    }
}

impl fmt::Debug for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MapError([REDACTED])")
    }
}

/// Derives a value that follows `parent`: `map` makes each value from one of the parent's.
pub async fn derive<T, U, E, F, Fut>(
    parent: &Arc<LiveState<T>>,
    map: F,
    name: Option<&'static str>,
    show: Show<U>,
) -> Result<Arc<LiveState<U>>, E>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    E: Into<Box<dyn StdError + Send + Sync>>,
    F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, E>> + Send + 'static,
{
    let confirmed = parent.confirmed();
    let source = parent.snapshot();
    let value = map(source.clone()).await?;
    let map = move |snapshot| {
        let value = map(snapshot);
        async move { value.await.map_err(Into::into) }
    };
    Ok(following(parent, (source, confirmed), value, map, Shown { by: "try_map", name, show }))
}

/// As `derive`, but synchronous and infallible.
pub fn derive_at_once<T, U>(
    parent: &Arc<LiveState<T>>,
    map: impl Fn(&T) -> U + Send + Sync + 'static,
) -> Arc<LiveState<U>>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
{
    let confirmed = parent.confirmed();
    let source = parent.snapshot();
    let value = map(&source);
    let map = move |snapshot: Snapshot<T>| std::future::ready(Ok(map(&snapshot)));
    following(parent, (source, confirmed), value, map, Shown { by: "map", name: None, show: hidden })
}

fn following<T, U, F, Fut>(
    parent: &Arc<LiveState<T>>,
    (source, confirmed): (Snapshot<T>, Timestamp),
    value: U,
    map: F,
    shown: Shown<U>,
) -> Arc<LiveState<U>>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    let Versioned { version, number, .. } = &*source.0;
    let first = Versioned { value, version: version.clone(), number: *number, show: shown.show };
    let node = |child: &Weak<LiveState<U>>| MapNode::new(Arc::clone(parent), Weak::clone(child), map, shown);
    let child = Arc::new_cyclic(|child| LiveState::new(first, confirmed, node(child)));
    // A version may have been published meanwhile.
    child.upstream.begin_if_behind();
    child
}

/// The name of a derived value, and how it is shown.
struct Shown<U> {
    /// The method that derives it: `map` or `try_map`.
    by: &'static str,
    name: Option<&'static str>,
    show: Show<U>,
}

impl<U> Shown<U> {
    /// Identifies one of several maps: its name, or else the type that it makes.
    fn name(&self) -> &'static str {
        self.name.unwrap_or_else(type_name::<U>)
    }

    fn told(&self) -> String {
        match self.name {
            Some(name) => format!("`{}` named {name:?}", self.by),
            None => format!("`{}` to `{}`", self.by, self.name()),
        }
    }
}

/// Why a version has no derived value.
struct Failed {
    what: &'static str,
    cause: Option<MapError>,
}

impl Failed {
    fn hint(&self) -> &'static str {
        match self.cause {
            Some(_) => {
                "`status().map_error` of the derived value has the closure's error; the derived value from before stays in use"
            }
            None => {
                "make the closure end and return an error in place of panicking; the derived value from before stays in use"
            }
        }
    }
}

/// Derives the values of one state from those of another.
struct MapNode<T, U, F> {
    parent: Arc<LiveState<T>>,
    child: Weak<LiveState<U>>,
    map: Arc<F>,
    shown: Shown<U>,
    /// The poller's id for it.
    id: Option<u64>,
    this: Weak<Self>,
    /// The lock of a derivation: its result is applied under it.
    in_flight: InFlight,
    /// Since when the parent has had a newer value.
    behind: Mutex<Option<Timestamp>>,
}

impl<T, U, F, Fut> MapNode<T, U, F>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    fn new(parent: Arc<LiveState<T>>, child: Weak<LiveState<U>>, map: F, shown: Shown<U>) -> Arc<Self> {
        let node = Arc::new_cyclic(|this: &Weak<Self>| {
            let register = |secret: &Arc<PolledSecret>| secret.poller.register(Weak::clone(this) as Weak<dyn Target>);
            Self {
                id: parent.upstream.secret().map(register),
                parent,
                child,
                map: Arc::new(map),
                shown,
                this: Weak::clone(this),
                in_flight: InFlight::default(),
                behind: Mutex::default(),
            }
        });
        node.parent.follow(Arc::downgrade(&node) as Weak<dyn Derived<T>>);
        node
    }

    fn is_behind(&self) -> bool {
        self.child.upgrade().is_some_and(|child| child.number() < self.parent.number())
    }

    /// Starts a run, unless one is in flight: that one starts the next when it ends.
    fn begin_one(&self, on: Option<&Handle>) {
        if !self.is_behind() {
            return;
        }
        // Whatever happens to the run, a node that is behind always has a plan.
        self.plan(MAP_LIMIT + 2 * GRACE);
        if let Some(marked) = self.in_flight.mark(Timestamp::now(), MAP_LIMIT) {
            self.spawn(marked.number, on);
        }
    }

    fn spawn(&self, number: u64, on: Option<&Handle>) {
        let Some(secret) = self.parent.upstream.secret() else { return };
        let guard = RunGuard { node: Weak::clone(&self.this), number };
        let Some(runtime) = on.cloned().or_else(|| secret.poller.runtime()) else { return };
        self.in_flight.spawned(number, None, Timestamp::now());
        // Not under a lock: on a runtime that has ended, `spawn` drops the guard before it returns.
        runtime.spawn(derivation(guard, Arc::clone(&self.map), self.parent.snapshot()));
    }

    /// Plans the next run after a refusal: within a minute, whether or not the source answers.
    fn plan_retry(&self) {
        let interval = self.parent.upstream.secret().and_then(|secret| secret.record().interval);
        self.plan(schedule::retry(interval.unwrap_or(schedule::INTERVAL), fastrand::f64()));
    }

    /// Ends a run: publishes or refuses what it made of `source`, if the run is still in flight.
    fn finish(&self, number: u64, source: &Snapshot<T>, derived: Result<U, Failed>) {
        let Some(child) = self.child.upgrade() else { return };
        let mut effects = Effects::default();
        let (shown, Versioned { version, number: of_source, .. }) = (&self.shown, &*source.0);
        let underived =
            |failed: &Failed| Error::underived(&child.secret_id(), &shown.told(), failed.what, failed.hint());
        let result = derived.as_ref().map(drop).map_err(underived);
        let confirmed = self.parent.confirmed();
        let ended = self.in_flight.end(number, |_| match (derived, &result) {
            (Ok(value), _) if child.number() < *of_source => {
                let next = Versioned { value, version: version.clone(), number: *of_source, show: shown.show };
                child.publish(next, Some(confirmed), &mut effects);
            }
            (Ok(value), _) => effects.drop_later(value),
            // A version whose value has been published is not refused any more.
            (Err(Failed { cause, .. }), Err(error)) if child.number() < *of_source => {
                let (version, error) = (version.clone(), error.clone());
                let what = What::Underived { version: version.clone(), map: shown.name(), error: error.clone() };
                child.refuse(Refusal { version, error, cause }, what, &mut effects);
            }
            (Err(_), _) => {}
        });
        let is_refused = result.is_err();
        if let Some(((), ended)) = ended {
            self.note_progress(&child);
            effects.emit();
            ended.tell(result);
            match () {
                // The parent has a newer version by now.
                () if *of_source < self.parent.number() => self.begin_one(None),
                () if is_refused => self.plan_retry(),
                () => {}
            }
        }
        drop(child);
    }

    /// Removes the plan once the value is made from the parent's version.
    fn note_progress(&self, child: &LiveState<U>) {
        let mut behind = lock(&self.behind);
        // The parent publishes first and then takes this lock, so no version is missed here.
        if child.number() >= self.parent.number() {
            *behind = None;
            if let (Some(id), Some(secret)) = (self.id, self.parent.upstream.secret()) {
                secret.poller.unplan(id);
            }
        }
    }
}

impl<T, U, F> MapNode<T, U, F> {
    fn plan(&self, pause: Duration) {
        if let (Some(id), Some(secret)) = (self.id, self.parent.upstream.secret()) {
            secret.poller.plan(id, Timestamp::now().after(pause));
        }
    }
}

/// Ends the run, whatever happens to the task that holds this.
struct RunGuard<T, U, F> {
    node: Weak<MapNode<T, U, F>>,
    number: u64,
}

impl<T, U, F> Drop for RunGuard<T, U, F> {
    fn drop(&mut self) {
        if let Some(node) = self.node.upgrade() {
            // Its waiters see that there is no outcome.
            if node.in_flight.end(self.number, drop).is_some() {
                node.plan(schedule::MIN_BACKOFF);
            }
        }
    }
}

/// The task of one run. It keeps only what it reads alive.
async fn derivation<T, U, F, Fut>(guard: RunGuard<T, U, F>, map: Arc<F>, source: Snapshot<T>)
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    let is_current = guard.node.upgrade().is_some_and(|node| node.in_flight.begun(guard.number, Timestamp::now()));
    if !is_current {
        return;
    }
    let given = source.clone();
    let failed = |what| Err(Failed { what, cause: None });
    let derived = match catch_future(timeout(MAP_LIMIT, async { map(given).await })).await {
        Some(Ok(Ok(value))) => Ok(value),
        Some(Ok(Err(cause))) => Err(Failed { what: "returned an error", cause: Some(MapError(cause.into())) }),
        Some(Err(_)) => failed("took longer than 30 s"),
        None => failed("panicked"),
    };
    if let Some(node) = guard.node.upgrade() {
        node.finish(guard.number, &source, derived);
    }
    // This may be the last reference to the closure, whose destructor is user code.
    catch(move || drop(map));
}

impl<T, U, F, Fut> Derived<T> for MapNode<T, U, F>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    fn on_published(self: Arc<Self>, _: &Arc<Versioned<T>>, _: &Arc<Versioned<T>>, effects: &mut Effects) {
        lock(&self.behind).get_or_insert_with(Timestamp::now);
        effects.derive(self);
    }

    fn health(&self) -> Option<ViewHealth> {
        self.child.upgrade().map(|child| child.view_health())
    }
}

impl<T, U, F, Fut> Derivation for MapNode<T, U, F>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    fn begin(&self) {
        self.begin_one(None);
    }
}

impl<T, U, F, Fut> Target for MapNode<T, U, F>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    fn due(self: Arc<Self>, now: Timestamp) -> Option<Ticket> {
        if !self.is_behind() {
            return None;
        }
        self.begin_one(None);
        // A refused version may have been replaced: poll the source as well.
        self.parent.upstream.secret()?.mark(now)
    }

    fn recheck(&self, now: Timestamp) {
        if let (true, Some(id), Some(secret)) = (self.is_behind(), self.id, self.parent.upstream.secret()) {
            secret.poller.plan(id, now.after(GRACE));
        }
    }

    #[cfg(feature = "metrics")]
    fn gauge(&self) -> Option<Gauge> {
        None
    }
}

impl<T, U, F, Fut> Runner for MapNode<T, U, F>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    fn limit(&self) -> Duration {
        MAP_LIMIT
    }

    fn launch(&self, marked: Marked, on: Option<&Handle>) {
        self.spawn(marked.number, on);
    }

    fn nudge(&self, _: &Handle) {}
}

impl<T, U, F, Fut> Upstream<U> for MapNode<T, U, F>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    F: Fn(Snapshot<T>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    fn secret(&self) -> Option<&Arc<PolledSecret>> {
        self.parent.upstream.secret()
    }

    fn max_stale(&self) -> Option<Duration> {
        self.parent.upstream.max_stale()
    }

    /// A value made from the parent's version is as old as the parent's.
    fn confirmed(&self, published: &Versioned<U>) -> Option<Timestamp> {
        (published.number == self.parent.number()).then(|| self.parent.confirmed())
    }

    fn staged(&self, stage: &'static str) -> BoxFuture<'_, Result<Option<Arc<Versioned<U>>>, Error>> {
        Box::pin(async move {
            let Some(source) = self.parent.upstream.staged(stage).await? else { return Ok(None) };
            let version = source.version.clone();
            let map = Arc::clone(&self.map);
            let derived = catch_future(async move { map(Snapshot(source)).await }).await;
            let show = self.shown.show;
            Ok(derived.and_then(Result::ok).map(|value| Arc::new(Versioned { value, version, number: 0, show })))
        })
    }

    fn catch_up(&self) -> BoxFuture<'_, RunResult> {
        Box::pin(async move {
            self.parent.upstream.catch_up().await?;
            let deadline = Timestamp::now().after(MAP_LIMIT + GRACE);
            // The run in flight may be for an earlier version; then a second one is needed.
            for _ in 0..2 {
                if !self.is_behind() {
                    break;
                }
                let ended = run(self, deadline).await;
                // The child shows whether a version was refused.
                let _ = ended.map_err(|interrupted| interrupted.error(&self.parent.secret_id()))?;
            }
            Ok(())
        })
    }

    fn planned(&self) -> Option<Timestamp> {
        let own = self.id.zip(self.secret()).and_then(|(id, secret)| secret.poller.planned(id, None));
        own.into_iter().chain(self.parent.upstream.planned()).reduce(Timestamp::earlier)
    }

    fn behind(&self) -> Option<Error> {
        let since = (*lock(&self.behind)).filter(|_| self.is_behind())?;
        let age = since.age(Timestamp::now());
        (age > MAP_LIMIT).then(|| Error::behind(&self.parent.secret_id(), age))
    }

    fn begin_if_behind(&self) {
        if self.is_behind() {
            lock(&self.behind).get_or_insert_with(Timestamp::now);
            self.begin_one(None);
        }
    }
}

impl<T, U, F> Drop for MapNode<T, U, F> {
    fn drop(&mut self) {
        if let (Some(id), Some(secret)) = (self.id, self.parent.upstream.secret()) {
            secret.poller.forget(id, None);
        }
    }
}
