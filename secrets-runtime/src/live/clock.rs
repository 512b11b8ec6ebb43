//! Time on two clocks, and timers that work on whichever runtime polls them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep_until};

/// Seconds since 1970, as metrics and logs have them.
pub fn unix_seconds(at: SystemTime) -> f64 {
    at.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// A point in time on both the monotonic and the wall clock. While a process is suspended, one of them may stand still.
#[derive(Debug, Clone, Copy)]
pub struct Timestamp {
    pub monotonic: Instant,
    pub wall: SystemTime,
}

impl Timestamp {
    pub fn now() -> Self {
        let monotonic = Instant::now();
        #[cfg(not(test))]
        let wall = SystemTime::now();
        #[cfg(test)]
        let wall = tests::wall(monotonic);
        Self { monotonic, wall }
    }

    /// How long ago this was: the longer of the two clocks' answers.
    pub fn age(self, now: Self) -> Duration {
        let wall = now.wall.duration_since(self.wall).unwrap_or_default();
        now.monotonic.saturating_duration_since(self.monotonic).max(wall)
    }

    /// This much later, or the latest time that can be represented.
    pub fn after(self, duration: Duration) -> Self {
        Self {
            monotonic: self.monotonic.checked_add(duration).unwrap_or(self.monotonic + FAR),
            wall: self.wall.checked_add(duration).unwrap_or(self.wall + FAR),
        }
    }

    /// The time until then, on the clock that the timers use.
    pub fn until(self, then: Self) -> Duration {
        then.monotonic.saturating_duration_since(self.monotonic)
    }

    /// Whether this is not before `other`, on the clock that the timers use.
    pub fn is_since(self, other: Self) -> bool {
        self.monotonic >= other.monotonic
    }

    /// Whether this has passed, on either clock.
    pub fn has_come(self, now: Self) -> bool {
        now.monotonic >= self.monotonic || now.wall >= self.wall
    }

    /// Whether the limit has passed on the wall clock only.
    pub fn was_suspended(self, now: Self, limit: Duration) -> bool {
        self.until(now) < limit && self.age(now) >= limit
    }

    pub fn earlier(self, other: Self) -> Self {
        if other.monotonic < self.monotonic { other } else { self }
    }

    pub fn later(self, other: Self) -> Self {
        if other.monotonic > self.monotonic { other } else { self }
    }
}

/// A century.
const FAR: Duration = Duration::from_secs(3600 * 24 * 365 * 100);

/// Why a future cannot wait where it is polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTimer {
    /// It is polled outside of a tokio runtime.
    NoRuntime,
    /// The runtime was built without `enable_time`.
    NotEnabled,
    /// The runtime is shutting down.
    ShuttingDown,
}

/// Returns this thread's runtime if it has timers.
pub fn probe() -> Result<Handle, NoTimer> {
    let runtime = Handle::try_current().map_err(|_| NoTimer::NoRuntime)?;
    // tokio offers no other check: creating a timer panics if time is not enabled.
    match catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))) {
        Ok(()) => Ok(runtime),
        Err(_) => Err(NoTimer::NotEnabled),
    }
}

/// Waits until a point in time, on whichever runtime polls it.
///
/// A caller may poll a future on one runtime and later on another. A tokio `Sleep` belongs to the runtime that created
/// it: it never fires while that runtime is parked, and panics once it has ended. So each poll creates a new one.
pub struct Timer {
    deadline: Instant,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Timer {
    pub fn until(deadline: Timestamp) -> Self {
        Self { deadline: deadline.monotonic, sleep: None }
    }

    pub fn after(duration: Duration) -> Self {
        Self::until(Timestamp::now().after(duration))
    }
}

impl Future for Timer {
    type Output = Result<(), NoTimer>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if Handle::try_current().is_err() {
            return Poll::Ready(Err(NoTimer::NoRuntime));
        }
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let sleep = sleep_until(self.deadline);
            let sleep = match &mut self.sleep {
                Some(before) => {
                    before.set(sleep);
                    before
                }
                none => none.insert(Box::pin(sleep)),
            };
            sleep.as_mut().poll(context)
        }));
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(_) => Poll::Ready(Err(probe().err().unwrap_or(NoTimer::ShuttingDown))),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many seconds the wall clock of this thread was set forward.
        static SKEW: Cell<i64> = const { Cell::new(0) };
        /// The start of a simulation's wall clock; without it, the machine's clock counts.
        static BEGIN: Cell<Option<(Instant, SystemTime)>> = const { Cell::new(None) };
    }

    pub fn wall(monotonic: Instant) -> SystemTime {
        let wall = match BEGIN.get() {
            Some((instant, wall)) => wall + monotonic.saturating_duration_since(instant),
            None => SystemTime::now(),
        };
        let distance = Duration::from_secs(SKEW.get().unsigned_abs());
        if SKEW.get() < 0 { wall - distance } else { wall + distance }
    }

    /// Moves the wall clock of this thread.
    pub fn jump(seconds: i64) {
        SKEW.set(SKEW.get() + seconds);
    }

    /// Ties this thread's wall clock to the monotonic one, so that a run can be repeated.
    pub fn simulate(begin: Instant) {
        SKEW.set(0);
        BEGIN.set(Some((begin, SystemTime::UNIX_EPOCH + Duration::from_secs(3600 * 24 * 365 * 50))));
    }

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(monotonic: u32, wall: i32) -> Timestamp {
        let origin = Timestamp { monotonic: Instant::now(), wall: SystemTime::UNIX_EPOCH + 1_000 * MINUTE };
        let wall = match u32::try_from(wall) {
            Ok(minutes) => origin.wall + minutes * MINUTE,
            Err(_) => origin.wall - wall.unsigned_abs() * MINUTE,
        };
        Timestamp { monotonic: origin.monotonic + monotonic * MINUTE, wall }
    }

    fn minutes(from: Timestamp, to: Timestamp) -> u64 {
        // The origins of two timestamps differ by the time between two calls.
        (from.age(to) + Duration::from_secs(1)).as_secs() / 60
    }

    #[test]
    fn age_is_what_the_clock_says_that_went_on() {
        assert_eq!(minutes(at(0, 0), at(5, 5)), 5);
        assert_eq!(minutes(at(0, 0), at(0, 60)), 60, "the process was suspended, and its monotonic clock with it");
        assert_eq!(minutes(at(0, 0), at(5, -60)), 5, "the wall clock was set back");
        assert_eq!(minutes(at(0, 0), at(0, -60)), 0);
    }

    #[test]
    fn a_deadline_comes_on_either_clock() {
        let due = at(0, 0).after(5 * MINUTE);
        assert!(!due.has_come(at(4, 4)));
        assert!(due.has_come(at(6, 0)) && due.has_come(at(0, 6)));
        assert!(!due.has_come(at(4, -60)));
    }

    #[test]
    fn no_duration_is_too_long() {
        assert!(!Timestamp::now().after(Duration::MAX).has_come(Timestamp::now()));
    }

    #[test]
    fn a_timer_goes_with_the_runtime_that_polls_it() {
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let mut timer = Timer::after(Duration::from_millis(20));
        let (first, second) = (runtime(), runtime());
        first.block_on(async {
            let is_pending =
                std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut timer).poll(context).is_pending()));
            assert!(is_pending.await);
        });
        drop(first);
        assert_eq!(second.block_on(timer), Ok(()));
    }

    #[test]
    fn where_no_timer_can_be_made_the_reason_is_told() {
        assert_eq!(probe().map(drop), Err(NoTimer::NoRuntime));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        assert_eq!(runtime.block_on(async { probe().map(drop) }), Err(NoTimer::NotEnabled));
        assert_eq!(futures_util::FutureExt::now_or_never(Timer::after(MINUTE)), Some(Err(NoTimer::NoRuntime)));
    }
}
