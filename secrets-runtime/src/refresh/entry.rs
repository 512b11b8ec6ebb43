//! One secret that is kept fresh: who wants to see its versions, and how looking for them went.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared, join_all};

use super::accept::{How, Version};
use super::hub::Hub;
use super::moment::Moment;
use super::{observe, schedule};
use crate::client::BoxFuture;
use crate::error::{Error, ErrorKind};
use crate::source::{Fetched, Request, Selector, SourceError};
use crate::sync::lock;

/// What a look at the source brought.
pub(crate) type Looked = Result<Arc<Fetched>, Error>;

/// A look under way; all who wait for it share it.
pub(crate) type Flight = Shared<BoxFuture<'static, Looked>>;

/// A typed view of a secret.
pub(crate) trait View: Send + Sync {
    /// Judges a fetched version: publishes it, refuses it, or waits.
    fn offer(&self, fetched: &Fetched, look: Look);

    /// Keeps what is published: the version that was fetched cannot be read at all.
    fn refuse(&self, version: Version, error: Error);

    /// Lets what is derived from the value follow it.
    fn settle(&self) -> BoxFuture<'_, ()>;

    fn standing(&self) -> Standing;

    /// Whether anything will come any more.
    fn close(&self, is_closed: bool);
}

/// How and when a version was fetched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) how: How,
    /// The source was asked at this time.
    pub(crate) asked: Moment,
    pub(crate) now: Moment,
}

/// How a view, or what is derived from it, stands to the version that was fetched last.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// Since when the published value is not known to be the newest; `None` where there never was one.
    pub(crate) confirmed: Option<Moment>,
    pub(crate) max_stale: Option<Duration>,
    pub(crate) refused: Option<Error>,
    pub(crate) is_in_doubt: bool,
}

/// A secret and a selector of its version.
pub(crate) struct Entry {
    pub(crate) hub: Arc<Hub>,
    pub(crate) request: Request,
    state: Mutex<State>,
}

struct State {
    views: Vec<Watch>,
    interval: Duration,
    flight: Option<WeakShared<BoxFuture<'static, Looked>>>,
    /// Whether somebody who called `refresh` waits for the flight.
    is_explicit: bool,
    /// When somebody last demanded a look, and got one of their own.
    demanded: Option<Moment>,
    /// When it last had an answer.
    answered: Option<Moment>,
    failures: u32,
    error: Option<Error>,
    /// An earlier look than the interval's.
    sooner: Option<Moment>,
}

struct Watch {
    view: Weak<dyn View>,
    interval: Duration,
}

/// What is known of the looks at a secret.
pub(crate) struct Record {
    pub(crate) interval: Duration,
    pub(crate) answered: Option<Moment>,
    pub(crate) failures: u32,
    pub(crate) error: Option<Error>,
    pub(crate) sooner: Option<Moment>,
}

/// How far looks that are demanded are apart.
const APART: Duration = Duration::from_secs(5);

impl Entry {
    pub(crate) fn new(hub: Arc<Hub>, request: Request) -> Self {
        let state = State {
            views: Vec::new(),
            interval: Duration::MAX,
            flight: None,
            is_explicit: false,
            demanded: None,
            answered: None,
            failures: 0,
            error: None,
            sooner: None,
        };
        Self { hub, request, state: Mutex::new(state) }
    }

    /// Shows every version to one more view, from the next on; the shortest interval wins.
    pub(crate) fn watch(&self, view: Weak<dyn View>, interval: Duration) {
        let mut state = lock(&self.state);
        state.views.push(Watch { view, interval });
        state.prune();
    }

    /// The interval, unless nobody watches any more.
    pub(crate) fn interval(&self) -> Option<Duration> {
        let mut state = lock(&self.state);
        state.prune();
        (!state.views.is_empty()).then_some(state.interval)
    }

    pub(crate) fn views(&self) -> Vec<Arc<dyn View>> {
        lock(&self.state).views.iter().filter_map(|watch| watch.view.upgrade()).collect()
    }

    pub(crate) fn record(&self) -> Record {
        let State { interval, answered, failures, error, sooner, .. } = &*lock(&self.state);
        Record { interval: *interval, answered: *answered, failures: *failures, error: error.clone(), sooner: *sooner }
    }

    /// The earlier look that is planned.
    pub(crate) fn sooner(&self) -> Option<Moment> {
        lock(&self.state).sooner
    }

    /// Plans the next look within a minute: something is wrong with the secret.
    pub(crate) fn look_again_soon(&self) {
        let interval = lock(&self.state).interval;
        self.look_at(Moment::now().after(schedule::unrest(interval, fastrand::f64())));
    }

    /// Plans an earlier look.
    pub(crate) fn look_at(&self, moment: Moment) {
        lock(&self.state).sooner = Some(moment);
        self.hub.plan(moment);
    }

    /// The look under way.
    pub(crate) fn flight(&self, how: How) -> Option<Flight> {
        let mut state = lock(&self.state);
        let flight = state.flight.as_ref().and_then(WeakShared::upgrade)?;
        state.is_explicit |= how == How::Explicit;
        Some(flight)
    }

    /// Begins a look, whose answer will be at `at` in what `answers` brings.
    pub(crate) fn take_off(self: &Arc<Self>, answers: Answers, at: usize, how: How, asked: Moment) -> Flight {
        let entry = Arc::downgrade(self);
        // What is under way keeps nobody's secrets alive.
        let flight = async move {
            let answer = answers.await.get(at).cloned().unwrap_or_else(|| Err(unanswered()));
            match entry.upgrade() {
                Some(entry) => entry.take(answer, asked).await,
                None => Err(Error::ended()),
            }
        };
        let flight = FutureExt::boxed(flight).shared();
        let mut state = lock(&self.state);
        state.flight = flight.downgrade();
        state.is_explicit = how == How::Explicit;
        state.sooner = None;
        flight
    }

    /// Looks at the source, or joins the look under way.
    pub(crate) async fn look(self: &Arc<Self>, how: How) -> Looked {
        match self.hub.look(std::slice::from_ref(self), how).pop() {
            Some(flight) => flight.await,
            None => Err(Error::ended()),
        }
    }

    /// Whether somebody may have a look of their own: nobody had one a moment ago.
    pub(crate) fn demand(&self, now: Moment) -> bool {
        let mut state = lock(&self.state);
        let may = state.demanded.is_none_or(|demanded| demanded.age(now) >= APART);
        if may {
            state.demanded = Some(now);
        }
        may
    }

    /// Another version of the secret; `None` where there is no such version. Nobody is shown it.
    pub(crate) async fn staged(&self, stage: &'static str) -> Result<Option<Fetched>, Error> {
        let request = self.request.with(Selector::Stage(stage.into()));
        let answers = self.hub.source.fetch_any(std::slice::from_ref(&request)).await;
        match answers.into_iter().next().unwrap_or_else(|| Err(unanswered())) {
            Ok(fetched) => Ok(Some(fetched)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::source(request.shown(), error)),
        }
    }

    /// Why the source need not be asked again yet: it failed, and the pause after that is not over.
    pub(crate) fn resting(&self) -> Option<Error> {
        let state = lock(&self.state);
        let is_resting = state.sooner.is_some_and(|sooner| !sooner.has_come(Moment::now()));
        state.error.clone().filter(|_| is_resting)
    }

    /// Records an answer and shows it to the views. Code of the program's runs in here: if it panics, that is an error.
    async fn take(self: &Arc<Self>, answer: Result<Arc<Fetched>, SourceError>, asked: Moment) -> Looked {
        let how = if std::mem::take(&mut lock(&self.state).is_explicit) { How::Explicit } else { How::Routine };
        let look = Look { how, asked, now: Moment::now() };
        match answer {
            Ok(fetched) => {
                let shown = AssertUnwindSafe(self.show(&fetched, look)).catch_unwind().await;
                shown.map_err(|_| self.failed(Error::panicked(self.request.shown())))?;
                self.answered(look);
                Ok(fetched)
            }
            Err(answer) => {
                let version = Version::unknown(answer.version_id.clone(), look.now);
                let mut error = Error::source(self.request.shown(), answer);
                let is_answer = error.is_about_value();
                if is_answer {
                    self.views().iter().for_each(|view| view.refuse(version.clone(), error.clone()));
                } else {
                    error = self.failed(error);
                }
                // What was published may still have to be tried again by what is derived from it.
                let _ = AssertUnwindSafe(self.settle()).catch_unwind().await;
                if is_answer {
                    self.answered(look);
                }
                Err(error)
            }
        }
    }

    async fn show(&self, fetched: &Fetched, look: Look) {
        for view in self.views() {
            view.offer(fetched, look);
        }
        self.settle().await;
    }

    async fn settle(&self) {
        let views = self.views();
        join_all(views.iter().map(|view| view.settle())).await;
    }

    fn answered(&self, look: Look) {
        let standings: Vec<Standing> = self.views().iter().map(|view| view.standing()).collect();
        let is_refused = standings.iter().any(|standing| standing.refused.is_some());
        let is_in_doubt = standings.iter().any(|standing| standing.is_in_doubt);
        let mut state = lock(&self.state);
        let (failures, interval) = (std::mem::take(&mut state.failures), state.interval);
        state.error = None;
        state.answered = Some(look.now);
        let pause = match () {
            () if is_in_doubt => Some(super::accept::CONFIRMATION),
            () if is_refused => Some(schedule::unrest(interval, fastrand::f64())),
            () => None,
        };
        drop(state);
        if let Some(pause) = pause {
            self.look_at(look.now.after(pause.min(interval)));
        }
        observe::answered(self.request.shown(), failures, is_refused);
    }

    /// Plans the next attempt; returns the error.
    fn failed(&self, error: Error) -> Error {
        let mut state = lock(&self.state);
        state.failures = state.failures.saturating_add(1);
        let is_new = state.error.as_ref().is_none_or(|before| before.kind() != error.kind());
        state.error = Some(error.clone());
        let pause = schedule::backoff(state.failures, state.interval, fastrand::f64());
        drop(state);
        self.look_at(Moment::now().after(pause));
        observe::failed(self.request.shown(), &error, is_new);
        error
    }
}

impl State {
    /// Forgets views that are gone.
    fn prune(&mut self) {
        self.views.retain(|watch| watch.view.strong_count() > 0);
        self.interval = self.views.iter().map(|watch| watch.interval).min().unwrap_or(Duration::MAX);
    }
}

/// The answers to several requests that went out together.
pub(crate) type Answers = Shared<BoxFuture<'static, Arc<Vec<Result<Arc<Fetched>, SourceError>>>>>;

fn unanswered() -> SourceError {
    SourceError::new(ErrorKind::Service, "the source left it out")
}
