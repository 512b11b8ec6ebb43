//! One polled secret, and how its polls went.
//!
//! An answer goes through three steps. [`decide`](PolledSecret::decide): without a lock, each subscriber decides what
//! to do with the version, and decodes it if necessary. [`apply`](PolledSecret::apply): all decisions are applied
//! together under the lock of the poll, if that poll is still in flight. Then the effects are emitted, without a lock.

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use super::accept::{CONFIRMATION, Trigger, Version};
use super::clock::Timestamp;
use super::effects::Effects;
use super::poller::{Poller, Target};
use super::queue::Turn;
use super::run::{GRACE, InFlight, Marked, RunResult};
use super::schedule::{self, MIN_FORCED_INTERVAL};
#[cfg(feature = "metrics")]
use super::secret_health::HealthState;
use super::secret_health::SecretHealth;
use super::subscriber::{Applying, Arrival, Standing, Subscriber, Subscriptions, Verdict, ViewHealth, Visibility};
#[cfg(feature = "metrics")]
use super::telemetry::Gauge;
use super::telemetry::{Event, What};
use super::ticket::{Answer, Asker, Run, Ticket};
use crate::error::Error;
use crate::source::{Fetched, Request, SecretId};
use crate::sync::lock;

/// A secret and a selector of its version.
pub struct PolledSecret {
    pub poller: Arc<Poller>,
    pub request: Request,
    id: u64,
    /// The lock of a poll: its outcome is applied under it.
    pub in_flight: InFlight,
    /// Lock order: after the lock of a poll.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    subscriptions: Subscriptions,
    last: Option<Last>,
    /// When the last demanded poll with an outcome was sent. Boxed like the next field, because few secrets have it.
    demanded: Option<Box<(Timestamp, Trigger)>>,
    trouble: Option<Box<Trouble>>,
}

/// Polls that failed in a row.
struct Trouble {
    failures: u32,
    error: Error,
    /// Until when `fresh` does not poll the source.
    rest: Option<Timestamp>,
}

/// The last version that the source returned.
struct Last {
    version: Version,
    is_readable: bool,
    /// When the source was last polled and returned this version.
    asked: Timestamp,
}

impl Last {
    fn of(arrival: &Arrival<'_>, asked: Timestamp) -> Self {
        match arrival {
            Arrival::Fetched(_, version) => Self { version: (*version).clone(), is_readable: true, asked },
            Arrival::Unreadable(version, _) => Self { version: (*version).clone(), is_readable: false, asked },
        }
    }

    fn is(&self, arrival: &Arrival<'_>) -> bool {
        match arrival {
            Arrival::Fetched(_, version) => self.is_readable && self.version.is_same(version),
            // Only the id identifies a version that cannot be read.
            Arrival::Unreadable(version, _) => {
                !self.is_readable && version.id.is_some() && self.version.is_same(version)
            }
        }
    }
}

/// The record of a secret's polls.
#[derive(Default)]
pub struct Record {
    /// When the source was last polled and answered, whatever the answer.
    pub answered: Option<Timestamp>,
    pub failures: u32,
    pub error: Option<Error>,
    pub interval: Option<Duration>,
    pub rest: Option<Timestamp>,
    /// When the source was last polled and returned a readable version.
    pub good: Option<Timestamp>,
}

/// A subscriber's place. Released on drop.
pub struct Subscription {
    pub secret: Arc<PolledSecret>,
    pub id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut state = lock(&self.secret.state);
        self.secret.change(&mut state, |state| state.subscriptions.remove(self.id));
    }
}

/// Each subscriber's decision about an answer.
#[derive(Default)]
struct Decided {
    verdicts: Vec<(u64, Verdict)>,
    /// Kept until no lock is held: this may be the last reference to a subscriber, whose destructor is user code.
    audience: Vec<(u64, Arc<dyn Subscriber>)>,
}

impl Decided {
    fn by(audience: Vec<(u64, Arc<dyn Subscriber>)>, arrival: &Arrival<'_>, run: Run) -> Self {
        let decide =
            |(id, subscriber): &(u64, Arc<dyn Subscriber>)| (*id, Arc::clone(subscriber).on_version(arrival, run));
        Self { verdicts: audience.iter().map(decide).collect(), audience }
    }
}

impl PolledSecret {
    pub fn new(poller: &Arc<Poller>, request: Request) -> Arc<Self> {
        Arc::new_cyclic(|this: &Weak<Self>| Self {
            id: poller.register(Weak::clone(this) as Weak<dyn Target>),
            poller: Arc::clone(poller),
            request,
            in_flight: InFlight::default(),
            state: Mutex::default(),
        })
    }

    #[cfg(test)]
    pub fn has_task(&self) -> bool {
        self.in_flight.has_task()
    }

    #[cfg(test)]
    pub fn describe(&self) -> String {
        let state = lock(&self.state);
        format!(
            "{}, {} failures",
            self.in_flight.describe(),
            state.trouble.as_ref().map_or(0, |trouble| trouble.failures)
        )
    }

    /// The id, in a form that is safe for messages.
    pub fn secret_id(&self) -> &SecretId {
        self.request.secret()
    }

    /// Adds a subscriber, which gets every version from the next answer on; the shortest interval wins. `keep` runs
    /// under the lock, so no version arrives before the subscriber knows its place.
    pub fn subscribe(
        self: &Arc<Self>,
        subscriber: Weak<dyn Subscriber>,
        interval: Duration,
        visibility: Visibility,
        keep: impl FnOnce(Subscription),
    ) {
        let mut state = lock(&self.state);
        let id = self.change(&mut state, |state| state.subscriptions.add(subscriber, interval, visibility));
        keep(Subscription { secret: Arc::clone(self), id });
    }

    /// Changes the subscribers, and polls at their shortest interval.
    fn change<R>(&self, state: &mut State, change: impl FnOnce(&mut State) -> R) -> R {
        let before = state.subscriptions.interval();
        let changed = change(state);
        self.poller.reschedule(self.id, before, state.subscriptions.interval());
        changed
    }

    // State.

    /// The health of each view that is kept fresh; empty if there is none.
    pub fn views(&self) -> Vec<ViewHealth> {
        let subscribers = lock(&self.state).subscriptions.all();
        subscribers.iter().filter_map(|(_, subscriber)| subscriber.health()).collect()
    }

    pub fn record(&self) -> Record {
        let State { subscriptions, trouble, last, .. } = &*lock(&self.state);
        Record {
            answered: last.as_ref().map(|last| last.asked),
            failures: trouble.as_ref().map_or(0, |trouble| trouble.failures),
            error: trouble.as_ref().map(|trouble| trouble.error.clone()),
            interval: subscriptions.interval(),
            rest: trouble.as_ref().and_then(|trouble| trouble.rest),
            good: last.as_ref().filter(|last| last.is_readable).map(|last| last.asked),
        }
    }

    /// When the source was last polled and returned this version.
    pub fn confirmed(&self, version: &Version) -> Option<Timestamp> {
        let state = lock(&self.state);
        state.last.as_ref().filter(|last| last.is_readable && last.version.is_same(version)).map(|last| last.asked)
    }

    /// When the next poll is planned, if one is.
    pub fn planned(&self) -> Option<Timestamp> {
        let interval = lock(&self.state).subscriptions.interval();
        self.poller.planned(self.id, interval)
    }

    pub fn health(&self, views: impl IntoIterator<Item = ViewHealth>) -> SecretHealth {
        let record = self.record();
        let overdue = if self.poller.is_in_background() {
            let planned = record.interval.zip(self.planned());
            planned.and_then(|(interval, planned)| self.overdue(&record, interval, planned))
        } else {
            self.unasked(&record)
        };
        SecretHealth::of(self.secret_id(), views, record.error, overdue)
    }

    /// Silence never counts as health: elapsed time alone reveals a missed plan or a missing answer.
    fn overdue(&self, record: &Record, interval: Duration, planned: Timestamp) -> Option<Error> {
        let (now, limit) = (Timestamp::now(), self.limit());
        let late = planned.age(now).min(self.poller.progress().age(now));
        let unconfirmed = record
            .good
            .map(|good| good.age(now))
            .filter(|age| *age > schedule::longest(interval).saturating_add(limit));
        let is_overdue = late > limit || unconfirmed.is_some();
        is_overdue.then(|| Error::overdue(self.secret_id(), unconfirmed.unwrap_or(late), &self.poller.life().reason()))
    }

    /// Without a background task, a value is overdue if the program reads it without polling.
    fn unasked(&self, record: &Record) -> Option<Error> {
        let age = record.good?.age(Timestamp::now());
        (age > record.interval?).then(|| Error::unasked(self.secret_id(), age))
    }

    // Polls.

    /// Starts a poll without a waiter, unless one is in flight.
    pub fn begin(self: &Arc<Self>) {
        let tickets = self.mark(Timestamp::now()).into_iter().collect();
        self.poller.ask(tickets, Turn::Awaited, None);
    }

    /// A request for a new poll, unless one is in flight.
    pub fn mark(self: &Arc<Self>, now: Timestamp) -> Option<Ticket> {
        let marked = self.in_flight.mark(now, self.limit())?;
        Some(self.ticket(marked, Trigger::Scheduled))
    }

    pub fn ticket(self: &Arc<Self>, marked: Marked, trigger: Trigger) -> Ticket {
        // Waiters of the superseded poll see that it has no outcome, and join the new one.
        marked.superseded.into_iter().for_each(|superseded| self.poller.leave(superseded.call));
        let asker: Weak<Self> = Arc::downgrade(self);
        Ticket::new(asker, self.request.clone(), marked.number, trigger)
    }

    pub fn limit(&self) -> Duration {
        self.poller.settings.call_timeout
    }

    /// Rate-limits demanded polls to one per [`MIN_FORCED_INTERVAL`]: returns the trigger of a recent one.
    pub fn recent(&self) -> Option<Trigger> {
        let state = lock(&self.state);
        let (asked, trigger) = state.demanded.as_deref()?;
        (asked.age(Timestamp::now()) < MIN_FORCED_INTERVAL).then_some(*trigger)
    }

    /// Whether an older version awaits confirmation.
    pub fn is_unconfirmed(&self) -> bool {
        lock(&self.state).subscriptions.is_unconfirmed()
    }

    /// Why the source should not be polled yet: it failed, and the pause after that is not over.
    pub fn resting(&self) -> Option<Error> {
        let state = lock(&self.state);
        let trouble = state.trouble.as_ref()?;
        let is_resting = trouble.rest.is_some_and(|rest| !rest.has_come(Timestamp::now()));
        is_resting.then(|| trouble.error.clone())
    }

    // The outcome of a poll.

    /// Asks the subscribers that have to see this version. Also returns the version if it differs from the last one.
    fn decide(&self, arrival: &Arrival<'_>, run: Run) -> (Decided, Option<Last>) {
        let (audience, next) = {
            let state = lock(&self.state);
            if state.last.as_ref().is_some_and(|last| last.is(arrival)) {
                (state.subscriptions.open(), None)
            } else {
                (state.subscriptions.all(), Some(Last::of(arrival, run.asked)))
            }
        };
        (Decided::by(audience, arrival, run), next)
    }

    /// The version of an answer. Reuses the last one if it is the same.
    fn version(&self, fetched: &Fetched) -> Version {
        let state = lock(&self.state);
        match &state.last {
            Some(last) if last.is_readable && !fetched.is_fallback() && last.version.is(fetched) => {
                last.version.clone()
            }
            _ => Version::of(fetched, Timestamp::now()),
        }
    }

    /// Ends the poll: applies the decisions and records the outcome, all under the lock of the poll, if it is still in
    /// flight. Then emits the effects.
    fn finish(&self, run: Run, decided: Decided, result: RunResult, note: impl FnOnce(&mut State, &mut Effects, bool)) {
        let mut effects = Effects::default();
        let Decided { verdicts, audience } = decided;
        let ended = self.in_flight.end(run.number, |has_waiters| {
            let mut state = lock(&self.state);
            self.change(&mut state, |state| {
                for (id, Verdict { standing, change }) in verdicts {
                    if let Some(standing) = standing {
                        state.subscriptions.note(id, standing);
                    }
                    if let Some(change) = change {
                        let subscriptions = &mut state.subscriptions;
                        change(&mut Applying { id, subscriptions, effects: &mut effects });
                    }
                }
            });
            if run.trigger.is_demanded() {
                state.demanded = Some(Box::new((run.asked, run.trigger)));
            }
            note(&mut state, &mut effects, has_waiters);
        });
        effects.emit();
        drop(audience);
        if let Some(((), ended)) = ended {
            ended.tell(result);
        }
    }

    /// The source returned a version, or one that cannot be read.
    fn arrived(&self, run: Run, arrival: &Arrival<'_>) {
        let result = match arrival {
            Arrival::Fetched(..) => Ok(()),
            Arrival::Unreadable(_, error) => Err((*error).clone()),
        };
        let (decided, next) = self.decide(arrival, run);
        self.finish(run, decided, result, |state, effects, _| {
            match (next, &mut state.last) {
                (None, Some(last)) => last.asked = run.asked,
                (next, last) => *last = next,
            }
            let failures = state.trouble.take().map_or(0, |trouble| trouble.failures);
            let is_refused = state.subscriptions.is_refused();
            effects.event(self.event(What::Answered { failures, is_refused }));
            self.plan_next(state);
        });
    }

    /// The source failed. What a fallback returned may be published all the same.
    fn failed(&self, run: Run, error: Error, decided: Decided) {
        self.finish(run, decided, Err(error.clone()), |state, effects, has_waiters| {
            let before = state.trouble.as_ref();
            let failures = before.map_or(0, |trouble| trouble.failures).saturating_add(1);
            let is_new = before.is_none_or(|trouble| trouble.error.kind() != error.kind());
            let interval = state.subscriptions.interval().unwrap_or(schedule::INTERVAL);
            let retry = Timestamp::now().after(schedule::backoff(failures, interval, fastrand::f64()));
            // Without a background task, a failure without a waiter must not delay the next caller.
            let rest = (self.poller.is_in_background() || has_waiters).then_some(retry);
            state.trouble = Some(Box::new(Trouble { failures, error: error.clone(), rest }));
            if state.subscriptions.interval().is_some() {
                self.poller.plan(self.id, retry);
            }
            effects.event(self.event(What::Failed { error, is_new, is_first: state.last.is_none() }));
        });
    }

    /// Plans a poll before the interval is over if something is open.
    fn plan_next(&self, state: &State) {
        let Some(interval) = state.subscriptions.interval() else { return };
        let pause = match &state.subscriptions {
            subscriptions if subscriptions.is_unconfirmed() => CONFIRMATION,
            // Subscribers that were added during decoding have not seen the version.
            subscriptions if subscriptions.is_open() => schedule::MIN_BACKOFF,
            subscriptions if subscriptions.is_refused() => schedule::retry(interval, fastrand::f64()),
            _ => return,
        };
        self.poller.plan(self.id, Timestamp::now().after(pause.min(interval)));
    }

    /// Puts a subscriber in place whose first value was not polled: at the start, the previous version.
    pub fn put(&self, id: u64, change: impl FnOnce(&mut Applying<'_>) -> bool) {
        let mut effects = Effects::default();
        let mut state = lock(&self.state);
        self.change(&mut state, |state| {
            if change(&mut Applying { id, subscriptions: &mut state.subscriptions, effects: &mut effects }) {
                state.subscriptions.note(id, Standing::Refused);
            }
        });
        self.plan_next(&state);
        drop(state);
        effects.emit();
    }

    pub fn event(&self, what: What) -> Event {
        Event { secret: self.secret_id().clone(), what }
    }
}

impl Asker for PolledSecret {
    fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    fn answered(self: Arc<Self>, run: Run, answer: Answer) {
        match answer {
            Ok(fetched) => {
                let version = self.version(&fetched);
                let arrival = Arrival::Fetched(&fetched, &version);
                match fetched.fallback_error() {
                    None => self.arrived(run, &arrival),
                    Some(error) => {
                        let audience = lock(&self.state).subscriptions.all();
                        let decided = Decided::by(audience, &arrival, run);
                        self.failed(run, Error::source(self.secret_id(), error.clone()), decided);
                    }
                }
            }
            Err(error) => {
                let version = Version::unknown(error.version_id.clone(), Timestamp::now());
                let error = Error::source(self.secret_id(), error);
                if error.is_about_value() {
                    self.arrived(run, &Arrival::Unreadable(&version, &error));
                } else {
                    self.failed(run, error, Decided::default());
                }
            }
        }
    }

    fn unanswered(self: Arc<Self>, number: u64) {
        // Dropped: its waiters see that there is no outcome.
        let ended = self.in_flight.end(number, |_| {
            let state = lock(&self.state);
            if state.subscriptions.interval().is_some() {
                self.poller.plan(self.id, Timestamp::now().after(schedule::MIN_BACKOFF));
            }
        });
        if let Some(((), ended)) = ended {
            self.poller.leave(ended.call);
        }
    }
}

impl Target for PolledSecret {
    fn due(self: Arc<Self>, now: Timestamp) -> Option<Ticket> {
        let ticket = self.mark(now);
        if ticket.is_none() {
            // The poll in flight may be on a parked runtime: the plan that came due must not be lost with it.
            self.poller.plan(self.id, now.after(self.limit().saturating_add(2 * GRACE)));
        }
        ticket
    }

    fn recheck(&self, now: Timestamp) {
        if self.in_flight.is_under_way() {
            self.poller.plan(self.id, now.after(GRACE));
        }
    }

    #[cfg(feature = "metrics")]
    fn gauge(&self) -> Option<Gauge> {
        let views = self.views();
        if views.is_empty() {
            return None;
        }
        let health = self.health(views);
        Some(Gauge {
            secret: self.secret_id().clone(),
            is_ok: health.state == HealthState::Ok,
            is_refused: health.is_refused,
            age: health.age,
            created: health.created,
        })
    }
}

impl Drop for PolledSecret {
    fn drop(&mut self) {
        let interval = lock(&self.state).subscriptions.interval();
        self.poller.forget(self.id, interval);
        let call = self.in_flight.call();
        self.poller.leave(call);
    }
}
