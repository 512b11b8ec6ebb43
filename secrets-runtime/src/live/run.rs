//! Runs, of which at most one is in flight at a time: a poll of a secret, a fetch, or the derivation of a value.
//!
//! A run is a numbered task. It ends in one place, [`InFlight::end`], which acts only if the number is that of the run
//! in flight: a superseded run ends without effect, however late. Waiters subscribe to the end of a run; they never
//! drive it.

use std::pin::pin;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::clock::{NoTimer, Timer, Timestamp};
use crate::error::{Error, ErrorKind};
use crate::source::{SecretId, SourceError};
use crate::sync::lock;

/// The outcome of a run. Its result is published, not handed over: a fetched text in here would never be zeroized.
pub type RunResult = Result<(), Error>;

/// A run that has not started this long after it was spawned is on a parked runtime. A run that has started gets this
/// much on top of its limit, to end by itself.
pub const GRACE: Duration = Duration::from_secs(1);

/// The run in flight, if there is one.
#[derive(Default)]
pub struct InFlight(Mutex<State>);

#[derive(Default)]
struct State {
    /// The number of the last run.
    last: u64,
    /// Boxed: most of the time there is none.
    run: Option<Box<Run>>,
}

struct Run {
    phase: Phase,
    /// The source call that it is part of.
    call: Option<u64>,
    /// Created for the first waiter: most polls have none, and a `watch` is larger than all other fields together.
    end: Option<watch::Sender<Option<RunResult>>>,
}

impl Run {
    fn has_waiters(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.receiver_count() > 0)
    }
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// It is queued.
    Queued,
    Spawned(Timestamp),
    Begun(Timestamp),
}

impl Phase {
    /// When a run in this phase counts as stuck.
    fn deadline(self, limit: Duration) -> Option<Timestamp> {
        match self {
            Self::Queued => None,
            Self::Spawned(at) => Some(at.after(GRACE)),
            Self::Begun(at) => Some(at.after(limit.saturating_add(GRACE))),
        }
    }

    /// Whether nothing drives the run any more. A limit that passed on the wall clock only counts too: the process was
    /// suspended meanwhile, and the connection is gone.
    fn is_stuck(self, now: Timestamp, limit: Duration) -> bool {
        match self {
            Self::Queued => false,
            Self::Spawned(at) => at.age(now) >= GRACE,
            Self::Begun(at) => at.age(now) >= limit.saturating_add(GRACE),
        }
    }
}

/// A run that is over. Its waiters and its call have to learn of it.
#[must_use = "its waiters have to be told, and its call has to be left"]
pub struct Ended {
    pub call: Option<u64>,
    end: Option<watch::Sender<Option<RunResult>>>,
}

impl Ended {
    /// Sends the result to the waiters. Never under a lock: a waker is code of the program's runtime.
    pub fn tell(self, result: RunResult) {
        if let Some(end) = self.end {
            end.send_replace(Some(result));
        }
    }
}

/// A run that a caller waits for.
pub struct Joined {
    number: u64,
    end: watch::Receiver<Option<RunResult>>,
}

impl Joined {
    /// `None` if it ended without an outcome: superseded, or dropped with its runtime.
    async fn ended(&mut self) -> Option<RunResult> {
        self.end.wait_for(Option::is_some).await.ok()?.clone()
    }
}

/// The outcome of an attempt to mark a run.
pub struct Marked {
    /// The number of the new run.
    pub number: u64,
    /// The run that it replaces.
    pub superseded: Option<Ended>,
}

impl InFlight {
    /// Marks a new run, unless one that is not stuck is in flight.
    pub fn mark(&self, now: Timestamp, limit: Duration) -> Option<Marked> {
        lock(&self.0).mark(now, limit)
    }

    /// The run in flight. Marks a new one if there is none, or only a stuck one.
    pub fn join(&self, now: Timestamp, limit: Duration) -> (Joined, Option<Marked>) {
        let mut state = lock(&self.0);
        let marked = state.mark(now, limit);
        (state.subscribe(), marked)
    }

    /// Replaces the run with this number by a new one.
    fn supersede(&self, number: u64) -> (Joined, Option<Marked>) {
        let mut state = lock(&self.0);
        let superseded = if state.is_current(number) { state.take() } else { None };
        let marked = state.run.is_none().then(|| state.begin(superseded));
        (state.subscribe(), marked)
    }

    pub fn is_under_way(&self) -> bool {
        lock(&self.0).run.is_some()
    }

    /// The task of a run was spawned, as part of this source call. Returns `false` if the run is no longer in flight.
    pub fn spawned(&self, number: u64, call: Option<u64>, now: Timestamp) -> bool {
        lock(&self.0).enter(number, |run| (run.phase, run.call) = (Phase::Spawned(now), call))
    }

    /// The task of a run has started. Returns `false` if the run is no longer in flight.
    pub fn begun(&self, number: u64, now: Timestamp) -> bool {
        lock(&self.0).enter(number, |run| run.phase = Phase::Begun(now))
    }

    /// Ends a run, if it is still in flight. `apply` runs under the lock, before the next run can be marked; its
    /// argument says whether the run has waiters.
    pub fn end<R>(&self, number: u64, apply: impl FnOnce(bool) -> R) -> Option<(R, Ended)> {
        let mut state = lock(&self.0);
        if !state.is_current(number) {
            return None;
        }
        let has_waiters = state.run.as_ref().is_some_and(|run| run.has_waiters());
        let applied = apply(has_waiters);
        state.take().map(|ended| (applied, ended))
    }

    /// The source call that the run in flight is part of.
    pub fn call(&self) -> Option<u64> {
        lock(&self.0).run.as_ref().and_then(|run| run.call)
    }

    /// Whether a spawned run has not ended.
    #[cfg(test)]
    pub fn has_task(&self) -> bool {
        lock(&self.0).run.as_ref().is_some_and(|run| !matches!(run.phase, Phase::Queued))
    }

    /// The number, phase and call of the run in flight, for failing tests.
    #[cfg(test)]
    pub fn describe(&self) -> String {
        let state = lock(&self.0);
        format!("{:?} of {}", state.run.as_ref().map(|run| (run.phase, run.call)), state.last)
    }

    /// When to check on a run that has a waiter.
    fn check(&self, number: u64, now: Timestamp, limit: Duration) -> Timestamp {
        let state = lock(&self.0);
        let phase = state.run.as_ref().filter(|_| state.last == number).map(|run| run.phase);
        let soon = now.after(GRACE);
        match phase.and_then(|phase| phase.deadline(limit)) {
            Some(deadline) if !deadline.has_come(now) => deadline,
            _ => soon,
        }
    }

    fn is_stuck(&self, number: u64, now: Timestamp, limit: Duration) -> bool {
        let state = lock(&self.0);
        state.is_current(number) && state.run.as_ref().is_some_and(|run| run.phase.is_stuck(now, limit))
    }
}

impl State {
    fn mark(&mut self, now: Timestamp, limit: Duration) -> Option<Marked> {
        if self.run.as_ref().is_some_and(|run| !run.phase.is_stuck(now, limit)) {
            return None;
        }
        let superseded = self.take();
        Some(self.begin(superseded))
    }

    fn begin(&mut self, superseded: Option<Ended>) -> Marked {
        self.last += 1;
        self.run = Some(Box::new(Run { phase: Phase::Queued, call: None, end: None }));
        Marked { number: self.last, superseded }
    }

    fn is_current(&self, number: u64) -> bool {
        self.run.is_some() && self.last == number
    }

    fn enter(&mut self, number: u64, change: impl FnOnce(&mut Run)) -> bool {
        let is_current = self.is_current(number);
        if let Some(run) = self.run.as_mut().filter(|_| is_current) {
            change(run);
        }
        is_current
    }

    fn take(&mut self) -> Option<Ended> {
        let Run { call, end, .. } = *self.run.take()?;
        Some(Ended { call, end })
    }

    fn subscribe(&mut self) -> Joined {
        let end = match &mut self.run {
            Some(run) => run.end.get_or_insert_with(|| watch::Sender::new(None)).subscribe(),
            None => watch::channel(None).1,
        };
        Joined { number: self.last, end }
    }
}

/// Something that has runs.
pub trait Runner: Send + Sync {
    fn in_flight(&self) -> &InFlight;

    /// The time limit of a run once it has started.
    fn limit(&self) -> Duration;

    /// Spawns a marked run: on this runtime, or else where runs are spawned.
    fn launch(&self, marked: Marked, on: Option<&Handle>);

    /// Makes sure that queued calls get their turn.
    fn nudge(&self, on: &Handle);
}

/// Why a waiter has no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupted {
    /// The waiter's time is over.
    TimedOut,
    CannotWait(NoTimer),
}

impl Interrupted {
    pub fn error(self, id: &SecretId) -> Error {
        match (self, self.told()) {
            // This is not about a secret: the place of the call is at fault.
            (Self::CannotWait(NoTimer::NoRuntime | NoTimer::NotEnabled), (_, message, hint)) => {
                Error::configuration(message, hint.unwrap_or_default())
            }
            _ => Error::source(id, self.source_error()),
        }
    }

    pub fn source_error(self) -> SourceError {
        let (kind, detail, hint) = self.told();
        let error = SourceError::new(kind, detail);
        match hint {
            Some(hint) => error.advice(hint.to_owned()),
            None => error,
        }
    }

    /// The content of the error: its kind, what is wrong, and what to do if the kind does not say.
    fn told(self) -> (ErrorKind, &'static str, Option<&'static str>) {
        match self {
            Self::TimedOut => {
                (ErrorKind::TimedOut, "the call was given up while the source was still being asked", None)
            }
            Self::CannotWait(NoTimer::NoRuntime) => (
                ErrorKind::Configuration,
                "secrets are fetched by tasks, and there is no tokio runtime here to run them",
                Some("call it inside the runtime: under `#[tokio::main]`, or in `Runtime::block_on`"),
            ),
            Self::CannotWait(NoTimer::NotEnabled) => (
                ErrorKind::Configuration,
                "each fetch of a secret has a time limit, and this tokio runtime was built without timers",
                Some("build it with `enable_all()` on `tokio::runtime::Builder`"),
            ),
            Self::CannotWait(NoTimer::ShuttingDown) => (
                ErrorKind::Service,
                "the tokio runtime that asked is shutting down",
                Some("call it again in a runtime that goes on running"),
            ),
        }
    }
}

/// Joins the run in flight, or starts one, and waits for its end.
pub async fn run(runner: &dyn Runner, deadline: Timestamp) -> Result<RunResult, Interrupted> {
    let here = here()?;
    let (joined, marked) = runner.in_flight().join(Timestamp::now(), runner.limit());
    if let Some(marked) = marked {
        // A stuck run is on a runtime that is not driven; this runtime is.
        let on = marked.superseded.is_some().then_some(&here);
        runner.launch(marked, on);
    }
    wait(runner, joined, deadline).await
}

fn here() -> Result<Handle, Interrupted> {
    Handle::try_current().map_err(|_| Interrupted::CannotWait(NoTimer::NoRuntime))
}

/// Waits for the end of a run.
///
/// If its runtime is parked or has ended, one new run starts on the runtime that polls this future. If that run ends
/// without an outcome too, this runtime is shutting down: starting again and again on it would be a busy loop.
pub async fn wait(runner: &dyn Runner, mut joined: Joined, deadline: Timestamp) -> Result<RunResult, Interrupted> {
    let (in_flight, limit) = (runner.in_flight(), runner.limit());
    let mut has_own = false;
    loop {
        let check = in_flight.check(joined.number, Timestamp::now(), limit).earlier(deadline);
        let ended = match select(pin!(joined.ended()), Timer::until(check)).await {
            Either::Left((Some(result), _)) => return Ok(result),
            Either::Left((None, _)) => true,
            Either::Right((Ok(()), _)) => false,
            Either::Right((Err(reason), _)) => return Err(Interrupted::CannotWait(reason)),
        };
        let (now, here) = (Timestamp::now(), here()?);
        let next = match () {
            () if deadline.has_come(now) => return Err(Interrupted::TimedOut),
            () if ended && has_own => return Err(Interrupted::CannotWait(NoTimer::ShuttingDown)),
            () if ended => in_flight.join(now, limit),
            // Also one started here: it may have got its turn on a parked runtime.
            () if in_flight.is_stuck(joined.number, now, limit) => in_flight.supersede(joined.number),
            () => {
                runner.nudge(&here);
                continue;
            }
        };
        joined = next.0;
        if let Some(marked) = next.1 {
            has_own = true;
            runner.launch(marked, Some(&here));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    fn mark(in_flight: &InFlight, now: Timestamp) -> Option<u64> {
        in_flight.mark(now, LIMIT).map(|marked| marked.number)
    }

    #[test]
    fn a_run_ends_once_and_only_under_its_number() {
        let (in_flight, now) = (InFlight::default(), Timestamp::now());
        assert_eq!((mark(&in_flight, now), mark(&in_flight, now)), (Some(1), None));
        assert!(in_flight.end(2, drop).is_none());
        assert!(in_flight.end(1, drop).is_some());
        assert!(in_flight.end(1, |_| unreachable!("it has ended")).is_none());
        assert!(!in_flight.spawned(1, None, now) && !in_flight.begun(1, now));
        assert_eq!(mark(&in_flight, now), Some(2));
    }

    #[test]
    fn a_run_that_is_stuck_is_superseded_and_ends_without_effect() {
        let (in_flight, now) = (InFlight::default(), Timestamp::now());
        assert_eq!(mark(&in_flight, now), Some(1));
        assert_eq!(mark(&in_flight, now.after(3 * LIMIT)), None, "it waits for its turn");
        assert!(in_flight.spawned(1, None, now));
        assert_eq!(mark(&in_flight, now.after(GRACE / 2)), None);
        assert_eq!(mark(&in_flight, now.after(GRACE)), Some(2), "it was spawned and does not begin");
        assert!(!in_flight.begun(1, now), "the old one");
        assert!(in_flight.spawned(2, None, now) && in_flight.begun(2, now));
        assert_eq!(mark(&in_flight, now.after(LIMIT)), None);
        assert_eq!(mark(&in_flight, now.after(LIMIT + GRACE)), Some(3), "it began and does not end");
        assert!(in_flight.end(2, drop).is_none());
    }

    #[test]
    fn a_run_is_stuck_by_the_wall_clock_alone() {
        let (in_flight, now) = (InFlight::default(), Timestamp::now());
        mark(&in_flight, now);
        assert!(in_flight.spawned(1, None, now) && in_flight.begun(1, now));
        let thawed = Timestamp { wall: now.wall + 2 * LIMIT, ..now };
        assert_eq!(mark(&in_flight, thawed), Some(2));
    }
}
