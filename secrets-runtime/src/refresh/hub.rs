//! What all handles of a `Secrets` share: the source, the settings, the secrets that are kept fresh, and their task.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::accept::How;
use super::entry::{Answers, Entry, Flight};
use super::moment::Moment;
use super::{INTERVAL, observe, schedule, task};
use crate::error::{Error, ErrorKind};
use crate::secret::SecretSpec;
use crate::source::{AnySource, Request, Selector, SourceError};
use crate::sync::lock;

/// Ends its task when the last handle lets go of it.
pub(crate) struct Hub {
    pub(crate) source: Arc<dyn AnySource>,
    pub(crate) settings: Settings,
    registry: Mutex<Registry>,
    /// Held while looks begin, so that none begins twice.
    launching: Mutex<()>,
    wake: Arc<Notify>,
    degraded: observe::Degraded,
}

/// What the builder and the environment say; a declaration speaks where they are silent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Settings {
    pub(crate) refresh: Option<Duration>,
    pub(crate) max_stale: Option<Duration>,
    pub(crate) background: Background,
    pub(crate) start: Start,
}

/// Who looks at the secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Background {
    /// A task of the tokio runtime.
    #[default]
    Task,
    /// The program itself, with `fresh` and `refresh`: AWS Lambda freezes processes between calls.
    Nobody,
}

/// What a secret may start on when its current version is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Start {
    /// The version before.
    #[default]
    OnPrevious,
    /// Nothing.
    OnCurrentOnly,
}

#[derive(Default)]
struct Registry {
    entries: HashMap<(Arc<str>, Selector), Weak<Entry>>,
    /// When the secrets of each interval are due: together, so that they go out together.
    due: HashMap<Duration, Moment>,
    /// No secret has an earlier look than its interval's before this.
    soonest: Option<Moment>,
    /// Whether secrets or intervals may have come that `due` does not know.
    has_news: bool,
    task: Option<JoinHandle<()>>,
}

impl Hub {
    pub(crate) fn new(source: Box<dyn AnySource>, settings: Settings) -> Self {
        Self {
            source: source.into(),
            settings,
            registry: Mutex::default(),
            launching: Mutex::default(),
            wake: Arc::default(),
            degraded: observe::Degraded::default(),
        }
    }

    /// How often a secret of this declaration is looked at.
    pub(crate) fn interval(&self, spec: &SecretSpec) -> Duration {
        self.settings.refresh.or(spec.refresh()).unwrap_or(INTERVAL).max(Duration::from_millis(1))
    }

    /// How old a value of this declaration may get.
    pub(crate) fn max_stale(&self, spec: &SecretSpec) -> Option<Duration> {
        self.settings.max_stale.or(spec.max_stale())
    }

    /// The one entry of a secret and a selector.
    pub(crate) fn entry(self: &Arc<Self>, request: &Request) -> Arc<Entry> {
        let mut registry = lock(&self.registry);
        let key = (request.arc_id(), request.selector().clone());
        if let Some(entry) = registry.entries.get(&key).and_then(Weak::upgrade) {
            return entry;
        }
        let entry = Arc::new(Entry::new(Arc::clone(self), request.clone()));
        registry.entries.insert(key, Arc::downgrade(&entry));
        entry
    }

    /// All that are alive.
    pub(crate) fn entries(&self) -> Vec<Arc<Entry>> {
        lock(&self.registry).entries.values().filter_map(Weak::upgrade).collect()
    }

    /// Looks at secrets, or joins the looks under way: a flight each, in order. Nothing happens before they are polled.
    pub(crate) fn look(&self, entries: &[Arc<Entry>], how: How) -> Vec<Flight> {
        let _launching = lock(&self.launching);
        self.launch(entries, how)
    }

    /// As [`look`](Self::look), unless somebody else demanded a look at it a moment ago.
    pub(crate) fn look_on_demand(&self, entry: &Arc<Entry>, how: How) -> Option<Flight> {
        let _launching = lock(&self.launching);
        let flight = entry.flight(how);
        if flight.is_some() || !entry.demand(Moment::now()) {
            return flight;
        }
        self.launch(std::slice::from_ref(entry), how).pop()
    }

    fn launch(&self, entries: &[Arc<Entry>], how: How) -> Vec<Flight> {
        let mut flights: Vec<Option<Flight>> = entries.iter().map(|entry| entry.flight(how)).collect();
        // Several types may be read from one secret: it is asked for once.
        let mut asked_for = HashSet::new();
        let is_grounded = |at: &usize| flights[*at].is_none() && asked_for.insert(Arc::as_ptr(&entries[*at]));
        let grounded: Vec<usize> = (0..entries.len()).filter(is_grounded).collect();
        let asked = Moment::now();
        for places in grounded.chunks(self.source.batch_size_any().max(1)) {
            let answers = self.ask(places.iter().map(|&at| entries[at].request.clone()).collect());
            for (nth, &at) in places.iter().enumerate() {
                flights[at] = Some(entries[at].take_off(answers.clone(), nth, how, asked));
            }
        }
        flights.into_iter().zip(entries).filter_map(|(own, entry)| own.or_else(|| entry.flight(how))).collect()
    }

    /// One call of the source. If it panics, that is its answer.
    fn ask(&self, requests: Vec<Request>) -> Answers {
        let source = Arc::clone(&self.source);
        let asking = async move {
            match AssertUnwindSafe(source.fetch_any(&requests)).catch_unwind().await {
                Ok(answers) => answers.into_iter().map(|answer| answer.map(Arc::new)).collect(),
                Err(_) => requests.iter().map(|_| Err(SourceError::new(ErrorKind::Service, "it panicked"))).collect(),
            }
        };
        asking.map(Arc::new).boxed().shared()
    }

    /// Sees to it that somebody looks at the secrets from now on.
    ///
    /// # Errors
    /// There is no tokio runtime.
    pub(crate) fn ensure_task(self: &Arc<Self>) -> Result<(), Error> {
        let runtime = Handle::try_current().map_err(|_| Error::no_runtime())?;
        let mut registry = lock(&self.registry);
        let is_running = registry.task.as_ref().is_some_and(|task| !task.is_finished());
        if self.settings.background == Background::Task && !is_running {
            let running = task::run(Arc::downgrade(self), Arc::clone(&self.wake), task::Watchman(Arc::downgrade(self)));
            registry.task = Some(runtime.spawn(running));
            let entries: Vec<Arc<Entry>> = registry.entries.values().filter_map(Weak::upgrade).collect();
            drop(registry);
            entries.iter().flat_map(|entry| entry.views()).for_each(|view| view.close(false));
        }
        self.wake.notify_one();
        Ok(())
    }

    pub(crate) fn has_task(&self) -> bool {
        lock(&self.registry).task.as_ref().is_some_and(|task| !task.is_finished())
    }

    /// Whether there should be a task and there is none, or not any more.
    pub(crate) fn lacks_task(&self) -> bool {
        self.settings.background == Background::Task && !self.has_task()
    }

    /// Begins the looks that are due; tells when to come back. Where nothing can be due, no secret is looked through.
    pub(crate) fn begin_due(&self, now: Moment) -> (Vec<Flight>, Option<Moment>) {
        let entries: Vec<(Arc<Entry>, Duration)> = {
            let mut registry = lock(&self.registry);
            // Figures are shown anew each time.
            if !cfg!(feature = "metrics") && registry.is_quiet(now) {
                return (Vec::new(), registry.next());
            }
            (registry.has_news, registry.soonest) = (false, None);
            registry.entries.retain(|_, entry| entry.strong_count() > 0);
            let entries = registry.entries.values().filter_map(Weak::upgrade);
            entries.filter_map(|entry| entry.interval().map(|interval| (entry, interval))).collect()
        };
        let ticks = self.tick(&entries, now);
        let is_due = |entry: &Entry, interval: &Duration| {
            let class_is_due = ticks.get(interval).copied();
            class_is_due.unwrap_or_default() || entry.sooner().is_some_and(|sooner| sooner.has_come(now))
        };
        let due: Vec<Arc<Entry>> = entries
            .iter()
            .filter(|(entry, interval)| is_due(entry, interval))
            .map(|(entry, _)| Arc::clone(entry))
            .collect();
        let flights = if due.is_empty() { Vec::new() } else { self.look(&due, How::Routine) };
        self.degraded.show(&entries);
        let mut registry = lock(&self.registry);
        entries.iter().filter_map(|(entry, _)| entry.sooner()).for_each(|sooner| registry.plan(sooner));
        (flights, registry.next())
    }

    /// For each interval, whether its secrets are due; plans when they are next.
    fn tick(&self, entries: &[(Arc<Entry>, Duration)], now: Moment) -> HashMap<Duration, bool> {
        let mut registry = lock(&self.registry);
        let mut ticks = HashMap::new();
        for &(_, interval) in entries {
            ticks.entry(interval).or_insert_with(|| {
                let first = || now.after(schedule::phase(interval, fastrand::f64()));
                let due = registry.due.entry(interval).or_insert_with(first);
                let is_due = due.has_come(now);
                if is_due {
                    // From now, however late it is: what was missed is not made up for.
                    *due = now.after(schedule::next(interval, fastrand::f64()));
                }
                is_due
            });
        }
        registry.due.retain(|interval, _| ticks.contains_key(interval));
        ticks
    }

    /// When the secrets of an interval are due next.
    pub(crate) fn due(&self, interval: Duration) -> Option<Moment> {
        lock(&self.registry).due.get(&interval).copied()
    }

    /// A secret is to be looked at then, which the task may not know.
    pub(crate) fn plan(&self, moment: Moment) {
        lock(&self.registry).plan(moment);
        self.wake.notify_one();
    }

    /// Lets the task look at its plans again: there is a secret, or an interval, that it may not know.
    pub(crate) fn wake(&self) {
        lock(&self.registry).has_news = true;
        self.wake.notify_one();
    }
}

impl Registry {
    fn plan(&mut self, moment: Moment) {
        let is_sooner = |soonest: Moment| moment.monotonic < soonest.monotonic;
        if self.soonest.is_none_or(is_sooner) {
            self.soonest = Some(moment);
        }
    }

    /// Whether no secret can be due.
    fn is_quiet(&self, now: Moment) -> bool {
        !self.has_news && self.plans().all(|moment| !moment.has_come(now))
    }

    /// When a secret may be due next.
    fn next(&self) -> Option<Moment> {
        self.plans().min_by_key(|moment| moment.monotonic)
    }

    fn plans(&self) -> impl Iterator<Item = Moment> {
        self.due.values().copied().chain(self.soonest)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}
