//! When to look next: pure functions of what happened and a random number from 0 to 1.

use std::time::Duration;

/// How often a secret is looked at unless somebody says otherwise.
pub(crate) const INTERVAL: Duration = Duration::from_mins(5);
/// The longest pause while something is wrong with a secret.
pub(crate) const UNREST: Duration = Duration::from_mins(1);
/// The shortest pause after a failure.
const FIRST: Duration = Duration::from_secs(1);

/// When a class of secrets is first due: somewhere in its interval, so that a fleet spreads over it.
pub(crate) fn phase(interval: Duration, random: f64) -> Duration {
    interval.mul_f64(random)
}

/// When it is due again: after its interval, give or take a tenth.
pub(crate) fn next(interval: Duration, random: f64) -> Duration {
    interval.mul_f64(0.9 + 0.2 * random)
}

/// The pause after the `failures`th failure in a row: random between a second and a ceiling that doubles up to a minute,
/// and never beyond the interval.
pub(crate) fn backoff(failures: u32, interval: Duration, random: f64) -> Duration {
    let ceiling = FIRST.saturating_mul(2_u32.saturating_pow(failures)).min(UNREST);
    FIRST.max(ceiling.mul_f64(random)).min(interval)
}

/// The pause while a version is refused: within a minute, and never beyond the interval.
pub(crate) fn unrest(interval: Duration, random: f64) -> Duration {
    UNREST.min(interval).mul_f64(0.5 + 0.5 * random)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: [f64; 4] = [0.0, 0.25, 0.5, 0.999_999];

    #[test]
    fn an_interval_is_kept_give_or_take_a_tenth_from_a_random_phase_on() {
        for random in RANDOM {
            assert!(phase(INTERVAL, random) < INTERVAL);
            let next = next(INTERVAL, random).as_secs();
            assert!((270..=330).contains(&next), "{next}");
        }
    }

    #[test]
    fn what_is_random_is_spread_evenly_over_its_range() {
        let seconds = |of: fn(Duration, f64) -> Duration| {
            // Floats may fall short of a second by less than a millisecond.
            [0.0, 0.5, 1.0].map(|random| (of(INTERVAL, random) + Duration::from_millis(1)).as_secs())
        };
        assert_eq!(seconds(phase), [0, 150, 300]);
        assert_eq!(seconds(next), [270, 300, 330]);
        assert_eq!(seconds(unrest), [30, 45, 60]);
        assert_eq!(seconds(|interval, random| backoff(5, interval, random)), [1, 16, 32]);
    }

    #[test]
    fn failures_are_answered_with_growing_random_pauses() {
        let longest = |failures| backoff(failures, INTERVAL, 1.0).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 100].map(longest), [2, 4, 8, 16, 32, 60, 60, 60]);
        for random in RANDOM {
            assert!(backoff(9, INTERVAL, random) >= FIRST);
        }
    }

    #[test]
    fn no_pause_is_longer_than_the_interval() {
        let interval = Duration::from_millis(100);
        for random in RANDOM {
            assert!(backoff(5, interval, random) <= interval && unrest(interval, random) <= interval);
            assert!(unrest(INTERVAL, random) <= UNREST);
        }
    }
}
