//! Polls the source: decides when secrets are due, in how many calls, and on which runtime.
//!
//! One lock guards all of it, and is held only for bookkeeping: actions are decided under the lock and run after it.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};
use tracing::Instrument;

use super::agenda::Agenda;
use super::calls::Calls;
use super::clock::{self, NoTimer, Timer, Timestamp};
use super::life::Life;
use super::queue::{Queue, Turn};
use super::run::GRACE;
use super::settings::{Background, Settings};
use super::telemetry;
#[cfg(feature = "metrics")]
use super::telemetry::Gauge;
use super::ticket::{Ticket, ask};
use crate::panics::catch;
use crate::source::AnySource;
use crate::sync::lock;

/// The longest sleep of the background task, and so the longest delay before it notices that the process was suspended.
pub const MAX_SLEEP: Duration = Duration::from_secs(30);

/// The minimum interval between updates of the gauges, which scan all secrets.
#[cfg(feature = "metrics")]
const GAUGES: Duration = Duration::from_secs(10);

/// Shared by all handles of a `Secrets`. The background task ends when the last handle is dropped.
pub struct Poller {
    source: Arc<dyn AnySource>,
    pub settings: Settings,
    state: Mutex<State>,
    /// Notified when the background task is lost, for those who wait for its polls.
    lost: Notify,
    #[cfg(feature = "metrics")]
    degraded: telemetry::Degraded,
}

/// Something that becomes due.
pub trait Target: Send + Sync {
    /// It is due. Returns the request for the source, if there is one.
    fn due(self: Arc<Self>, now: Timestamp) -> Option<Ticket>;

    /// The background task was silent, so what it started may be lost.
    fn recheck(&self, now: Timestamp);

    /// Its state for the gauges.
    #[cfg(feature = "metrics")]
    fn gauge(&self) -> Option<Gauge>;
}

struct State {
    last_id: u64,
    targets: BTreeMap<u64, Weak<dyn Target>>,
    agenda: Agenda,
    queue: Queue,
    calls: Calls,
    task: Option<Task>,
    last_task: u64,
    /// When a call last began or ended.
    progress: Timestamp,
    #[cfg(feature = "metrics")]
    gauges: Option<Timestamp>,
}

/// The background task.
struct Task {
    number: u64,
    runtime: Handle,
    next_wake: Timestamp,
    /// Wakes this task only: if tasks shared a permit, the one before could take it.
    wake: Arc<Notify>,
}

impl Poller {
    pub fn new(source: Box<dyn AnySource>, settings: Settings) -> Self {
        let state = State {
            last_id: 0,
            targets: BTreeMap::new(),
            agenda: Agenda::default(),
            queue: Queue::default(),
            calls: Calls::new(settings.concurrency),
            task: None,
            last_task: 0,
            progress: Timestamp::now(),
            #[cfg(feature = "metrics")]
            gauges: None,
        };
        Self {
            source: source.into(),
            settings,
            state: Mutex::new(state),
            lost: Notify::new(),
            #[cfg(feature = "metrics")]
            degraded: telemetry::Degraded::default(),
        }
    }

    // Due times.

    pub fn register(&self, target: Weak<dyn Target>) -> u64 {
        let mut state = lock(&self.state);
        state.last_id += 1;
        let id = state.last_id;
        state.targets.insert(id, target);
        id
    }

    pub fn forget(&self, id: u64, interval: Option<Duration>) {
        let mut state = lock(&self.state);
        state.targets.remove(&id);
        state.agenda.unplan(id);
        if let Some(interval) = interval {
            state.agenda.leave(id, interval);
        }
    }

    /// Polls this target at another interval from now on, or not at all.
    pub fn reschedule(&self, id: u64, before: Option<Duration>, now: Option<Duration>) {
        if before == now {
            return;
        }
        let mut state = lock(&self.state);
        if let Some(interval) = before {
            state.agenda.leave(id, interval);
        }
        match now {
            Some(interval) => state.agenda.join(id, interval, Timestamp::now()),
            None => state.agenda.unplan(id),
        }
        let task = state.wake();
        drop(state);
        notify(task);
    }

    /// Plans an earlier time for this target. Has no effect without a background task.
    pub fn plan(&self, id: u64, at: Timestamp) {
        if self.is_in_background() {
            let task = {
                let mut state = lock(&self.state);
                state.agenda.plan(id, at);
                let is_sooner = state.task.as_ref().is_some_and(|task| at.monotonic < task.next_wake.monotonic);
                if is_sooner { state.wake() } else { None }
            };
            notify(task);
        }
    }

    /// Removes the plan of this target.
    pub fn unplan(&self, id: u64) {
        lock(&self.state).agenda.unplan(id);
    }

    /// When this target, which has this interval, is due; `None` without a background task.
    pub fn planned(&self, id: u64, interval: Option<Duration>) -> Option<Timestamp> {
        self.is_in_background().then(|| lock(&self.state).agenda.planned(id, interval)).flatten()
    }

    /// Whether a background task polls, rather than the program.
    pub fn is_in_background(&self) -> bool {
        self.settings.background == Background::Task
    }

    /// When a call last started or ended.
    pub fn progress(&self) -> Timestamp {
        lock(&self.state).progress
    }

    // Source calls.

    /// Sends these requests to the source as soon as calls are free, several per call if the source allows it. Runs on
    /// the given runtime, or else where calls are spawned.
    pub fn ask(self: &Arc<Self>, tickets: Vec<Ticket>, turn: Turn, on: Option<&Handle>) {
        if tickets.is_empty() {
            return;
        }
        let most = self.source.batch_size_any().max(1);
        let mut calls = Vec::with_capacity(tickets.len().div_ceil(most));
        let mut tickets = tickets.into_iter().peekable();
        while tickets.peek().is_some() {
            calls.push(tickets.by_ref().take(most).collect());
        }
        lock(&self.state).queue.add(turn, calls);
        self.pump(on);
    }

    /// Spawns the calls whose turn it is.
    pub fn pump(self: &Arc<Self>, on: Option<&Handle>) {
        let Some(runtime) = on.cloned().or_else(|| self.runtime()) else { return };
        loop {
            let now = Timestamp::now();
            let (stuck, next) = lock(&self.state).next_call(now);
            abort(stuck);
            let Some((call, tickets)) = next else { return };
            let guard = CallGuard { poller: Arc::downgrade(self), call };
            let tickets: Vec<Ticket> = tickets.into_iter().filter(|ticket| ticket.spawned(call, now)).collect();
            if tickets.is_empty() {
                continue;
            }
            lock(&self.state).calls.opened(call, tickets.len());
            let limit = self.settings.call_timeout;
            // Within the caller's span, if it is known.
            let span = telemetry::fetch(tickets.iter().map(|ticket| ticket.request().secret()));
            let call_task = asking(Arc::clone(&self.source), limit, guard, tickets).instrument(span);
            let task = runtime.spawn(call_task).abort_handle();
            let left = lock(&self.state).calls.spawned(call, task);
            abort(left);
        }
    }

    /// One of the runs of a call has ended early.
    pub fn leave(&self, call: Option<u64>) {
        let (last, task) = {
            let mut state = lock(&self.state);
            (call.and_then(|call| state.calls.leave(call)), state.wake_for_queue())
        };
        abort(last);
        notify(task);
    }

    /// Where runs are spawned: on the runtime of the background task while that is alive, or else on this thread's.
    pub fn runtime(&self) -> Option<Handle> {
        let now = Timestamp::now();
        let of_task =
            lock(&self.state).task.as_ref().filter(|task| !task.is_lost(now)).map(|task| task.runtime.clone());
        of_task.or_else(|| Handle::try_current().ok())
    }

    // The background task.

    /// Restarts the background task if it is gone. Every call of the program in a live runtime does this.
    pub fn visit(self: &Arc<Self>) -> Result<(), NoTimer> {
        if !self.is_in_background() {
            return clock::probe().map(drop);
        }
        let now = Timestamp::now();
        if Handle::try_current().is_ok() && !lock(&self.state).is_task_lost(now) {
            return Ok(());
        }
        let runtime = clock::probe()?;
        let wake: Arc<Notify> = Arc::default();
        let (number, was_silent) = {
            let mut state = lock(&self.state);
            if !state.is_task_lost(now) {
                return Ok(());
            }
            state.last_task += 1;
            let number = state.last_task;
            let task = Task { number, runtime: runtime.clone(), next_wake: now, wake: Arc::clone(&wake) };
            let before = state.task.replace(task);
            drop(state);
            (number, before.is_some())
        };
        let guard = TaskGuard { poller: Arc::downgrade(self), number };
        // Not under the lock: on a runtime that has ended, `spawn` drops the guard before it returns.
        runtime.spawn(background(Arc::downgrade(self), wake, guard));
        if was_silent {
            self.targets().iter().for_each(|target| target.recheck(now));
        }
        Ok(())
    }

    fn targets(&self) -> Vec<Arc<dyn Target>> {
        lock(&self.state).targets.values().filter_map(Weak::upgrade).collect()
    }

    pub fn life(&self) -> Life {
        let now = Timestamp::now();
        let state = lock(&self.state);
        match &state.task {
            _ if !self.is_in_background() => Life::Fine,
            Some(task) if !task.is_lost(now) => Life::Fine,
            Some(task) => Life::Silent(task.next_wake.age(now)),
            None if state.last_task == 0 => Life::Fine,
            None => Life::Ended,
        }
    }

    /// Waits for `what`, which the background task brings about, and restarts the task whenever it is lost.
    pub async fn waiting(self: &Arc<Self>, what: impl Future<Output = ()>) {
        let mut what = pin!(what);
        loop {
            let is_back = self.visit().is_ok();
            if let Either::Left(_) = select(what.as_mut(), pin!(self.lost())).await {
                return;
            }
            // A task that is lost at once is on a runtime that is shutting down: spawning it again and again would be a
            // busy loop.
            if !is_back || lock(&self.state).task.is_none() {
                match select(what.as_mut(), Timer::after(GRACE)).await {
                    Either::Left(_) => return,
                    Either::Right((Ok(()), _)) => {}
                    Either::Right((Err(_), what)) => return what.await,
                }
            }
        }
    }

    /// Waits until the background task is lost. Never returns if the program polls itself.
    async fn lost(&self) {
        loop {
            let mut lost = pin!(self.lost.notified());
            lost.as_mut().enable();
            let next_wake = lock(&self.state).task.as_ref().map(|task| task.next_wake);
            let check = match next_wake {
                _ if !self.is_in_background() => return std::future::pending().await,
                None => return,
                Some(next_wake) if next_wake.age(Timestamp::now()) > MAX_SLEEP => return,
                Some(next_wake) => next_wake.after(MAX_SLEEP + GRACE),
            };
            if let Either::Right((Err(_), lost)) = select(lost, Timer::until(check)).await {
                // Without timers here, only the end of the task is noticed.
                return lost.await;
            }
        }
    }

    /// Handles what is due, and returns the time of the next tick; `None` if the task is not the current one.
    fn tick(self: &Arc<Self>, number: u64) -> Option<Instant> {
        let now = Timestamp::now();
        let due: Vec<Arc<dyn Target>> = {
            let mut state = lock(&self.state);
            if state.task.as_ref().is_none_or(|task| task.number != number) {
                return None;
            }
            let due = state.agenda.due(now);
            due.into_iter().filter_map(|id| state.targets.get(&id).and_then(Weak::upgrade)).collect()
        };
        // This may be the last reference to a target, whose destructor is user code.
        let tickets = due.into_iter().filter_map(|target| catch(move || target.due(now)).flatten()).collect();
        self.ask(tickets, Turn::Scheduled, None);
        self.pump(None);
        #[cfg(feature = "metrics")]
        self.show_gauges(now);
        let mut state = lock(&self.state);
        let latest = now.monotonic + MAX_SLEEP;
        let next = state.agenda.next().map_or(latest, |next| next.min(latest));
        let task = state.task.as_mut().filter(|task| task.number == number)?;
        task.next_wake = now.after(next.saturating_duration_since(now.monotonic));
        Some(next)
    }

    #[cfg(feature = "metrics")]
    fn show_gauges(&self, now: Timestamp) {
        {
            let mut state = lock(&self.state);
            if state.gauges.is_some_and(|shown| shown.age(now) < GAUGES) {
                return;
            }
            state.gauges = Some(now);
        }
        catch(|| self.degraded.show(self.targets().iter().filter_map(|target| target.gauge())));
    }

    /// The number of calls in flight, of queued calls, and of targets.
    #[cfg(test)]
    pub fn load(&self) -> (usize, usize, usize) {
        let state = lock(&self.state);
        (state.calls.count(), state.queue.len(), state.targets.len())
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        notify(lock(&self.state).wake());
    }
}

fn notify(task: Option<Arc<Notify>>) {
    if let Some(task) = task {
        task.notify_one();
    }
}

type NextCall = Option<(u64, Vec<Ticket>)>;

impl State {
    /// Takes the next call from the queue, if one may start. Also returns the tasks of stuck calls.
    fn next_call(&mut self, now: Timestamp) -> (Vec<AbortHandle>, NextCall) {
        let Some(tickets) = self.queue.next() else { return (Vec::new(), None) };
        let stuck = self.calls.expire(now);
        let call = self.calls.begin(tickets.len(), now);
        self.progress = if call.is_some() { now } else { self.progress };
        (stuck, call.and_then(|call| Some((call, self.queue.take()?))))
    }

    /// The background task's waker, to be used outside of the lock.
    fn wake(&self) -> Option<Arc<Notify>> {
        self.task.as_ref().map(|task| Arc::clone(&task.wake))
    }

    /// The same, if calls are queued.
    fn wake_for_queue(&self) -> Option<Arc<Notify>> {
        self.queue.next().and_then(|_| self.wake())
    }

    fn is_task_lost(&self, now: Timestamp) -> bool {
        self.task.as_ref().is_none_or(|task| task.is_lost(now))
    }
}

impl Task {
    fn is_lost(&self, now: Timestamp) -> bool {
        self.next_wake.age(now) > MAX_SLEEP
    }
}

fn abort(tasks: impl IntoIterator<Item = AbortHandle>) {
    tasks.into_iter().for_each(|task| task.abort());
}

/// Releases the call, however its task ends.
struct CallGuard {
    poller: Weak<Poller>,
    call: u64,
}

impl CallGuard {
    fn begun(&self, now: Timestamp, limit: Duration) {
        if let Some(poller) = self.poller.upgrade() {
            lock(&poller.state).calls.begun(self.call, now, limit);
        }
    }
}

impl Drop for CallGuard {
    fn drop(&mut self) {
        if let Some(poller) = self.poller.upgrade() {
            let (own, task) = {
                let mut state = lock(&poller.state);
                state.progress = Timestamp::now();
                (state.calls.finished(self.call), state.wake_for_queue())
            };
            drop(own);
            notify(task);
        }
    }
}

/// The task of one call.
async fn asking(source: Arc<dyn AnySource>, limit: Duration, guard: CallGuard, tickets: Vec<Ticket>) {
    let asked = Timestamp::now();
    let tickets: Vec<Ticket> = tickets.into_iter().filter(|ticket| ticket.begun(asked)).collect();
    guard.begun(asked, limit);
    let poller = Weak::clone(&guard.poller);
    if tickets.is_empty() {
        drop(guard);
    } else {
        let requests: Vec<_> = tickets.iter().map(|ticket| ticket.request().clone()).collect();
        let answers = ask(&*source, &requests, limit).await;
        // From here on the task must not be aborted: the call is over.
        drop(guard);
        // If the process was suspended meanwhile, the connection is gone: that is not a failure of the source.
        let was_suspended = asked.was_suspended(Timestamp::now(), limit.saturating_add(GRACE));
        for (ticket, answer) in tickets.into_iter().zip(answers) {
            if was_suspended && answer.is_err() {
                drop(ticket);
            } else {
                ticket.answer(asked, answer);
            }
        }
    }
    if let Some(poller) = poller.upgrade() {
        poller.pump(None);
    }
}

/// Polls what is due until the last handle is dropped. It keeps nothing alive.
async fn background(poller: Weak<Poller>, wake: Arc<Notify>, guard: TaskGuard) {
    while let Some(next) = poller.upgrade().and_then(|poller| poller.tick(guard.number)) {
        select(pin!(sleep_until(next)), pin!(wake.notified())).map(drop).await;
    }
}

/// Records that the background task is gone when its runtime drops it.
struct TaskGuard {
    poller: Weak<Poller>,
    number: u64,
}

impl Drop for TaskGuard {
    fn drop(&mut self) {
        let Some(poller) = self.poller.upgrade() else { return };
        let own = {
            let mut state = lock(&poller.state);
            state.task.take_if(|task| task.number == self.number)
        };
        if own.is_some() {
            catch(telemetry::task_lost);
            catch(|| poller.lost.notify_waiters());
        }
    }
}
