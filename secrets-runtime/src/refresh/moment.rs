//! A point in time on two clocks: a process that was frozen, or moved to another machine, may have missed one of them.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// Now, on the monotonic clock and on the wall.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) monotonic: Instant,
    pub(crate) wall: SystemTime,
}

impl Moment {
    pub(crate) fn now() -> Self {
        let wall = SystemTime::now();
        #[cfg(test)]
        let wall = tests::skewed(wall);
        Self { monotonic: Instant::now(), wall }
    }

    /// How long ago this was: the longer of what the clocks say.
    pub(crate) fn age(self, now: Self) -> Duration {
        let wall = now.wall.duration_since(self.wall).unwrap_or_default();
        now.monotonic.saturating_duration_since(self.monotonic).max(wall)
    }

    /// This much later, or as late as can be told.
    pub(crate) fn after(self, duration: Duration) -> Self {
        Self {
            monotonic: self.monotonic.checked_add(duration).unwrap_or(self.monotonic + FAR),
            wall: self.wall.checked_add(duration).unwrap_or(self.wall + FAR),
        }
    }

    /// How long it is until then, by the clock that the timers go by.
    pub(crate) fn until(self, then: Self) -> Duration {
        then.monotonic.saturating_duration_since(self.monotonic)
    }

    pub(crate) fn is_since(self, other: Self) -> bool {
        self.monotonic >= other.monotonic
    }

    /// Whether this is over, on either clock.
    pub(crate) fn has_come(self, now: Self) -> bool {
        now.monotonic >= self.monotonic || now.wall >= self.wall
    }
}

/// A century.
const FAR: Duration = Duration::from_hours(24 * 365 * 100);

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// By how many seconds somebody has set the wall clock forward.
        static SKEW: Cell<i64> = const { Cell::new(0) };
    }

    pub(super) fn skewed(wall: SystemTime) -> SystemTime {
        let skew = SKEW.get();
        let distance = Duration::from_secs(skew.unsigned_abs());
        if skew < 0 { wall - distance } else { wall + distance }
    }

    /// Sets the wall clock of this thread.
    pub(crate) fn jump(seconds: i64) {
        SKEW.set(SKEW.get() + seconds);
    }

    const MINUTE: Duration = Duration::from_mins(1);

    fn at(monotonic: u32, wall: i32) -> Moment {
        let origin = Moment { monotonic: Instant::now(), wall: SystemTime::UNIX_EPOCH + 1_000 * MINUTE };
        let wall = match u32::try_from(wall) {
            Ok(minutes) => origin.wall + minutes * MINUTE,
            Err(_) => origin.wall - wall.unsigned_abs() * MINUTE,
        };
        Moment { monotonic: origin.monotonic + monotonic * MINUTE, wall }
    }

    fn minutes(from: Moment, to: Moment) -> u64 {
        // The origins of two moments differ by the time between two calls.
        (from.age(to) + Duration::from_secs(1)).as_secs() / 60
    }

    #[test]
    fn age_is_what_the_clock_says_that_went_on() {
        assert_eq!(minutes(at(0, 0), at(5, 5)), 5);
        assert_eq!(minutes(at(0, 0), at(0, 60)), 60, "the process was suspended, and its monotonic clock with it");
        assert_eq!(minutes(at(0, 0), at(5, -60)), 5, "somebody set the wall clock back");
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
        assert!(!Moment::now().after(Duration::MAX).has_come(Moment::now()));
    }
}
