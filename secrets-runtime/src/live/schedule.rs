//! When to poll next: pure functions of the outcome and a random number from 0 to 1.

use std::time::Duration;

/// The default interval between polls of a secret.
pub const INTERVAL: Duration = Duration::from_secs(300);
/// The longest pause while a secret has a problem.
pub const MAX_BACKOFF: Duration = Duration::from_secs(60);
/// The shortest pause after a failure.
pub const MIN_BACKOFF: Duration = Duration::from_secs(1);
/// The minimum interval between two polls that the program demands.
pub const MIN_FORCED_INTERVAL: Duration = Duration::from_secs(5);

/// The first due time of a class of secrets: a random point in its interval, so that a fleet spreads over it.
pub fn phase(interval: Duration, random: f64) -> Duration {
    interval.mul_f64(random)
}

/// The next due time: after the interval, with a jitter of 10 % either way.
pub fn next(interval: Duration, random: f64) -> Duration {
    interval.mul_f64(0.9 + 0.2 * random)
}

/// The pause after the `failures`th failure in a row: random between one second and a ceiling that doubles up to a
/// minute, and never longer than the interval.
pub fn backoff(failures: u32, interval: Duration, random: f64) -> Duration {
    let ceiling = MIN_BACKOFF.saturating_mul(2_u32.saturating_pow(failures)).min(MAX_BACKOFF);
    MIN_BACKOFF.max(ceiling.mul_f64(random)).min(interval)
}

/// The longest time between two polls of a class: its interval with the full jitter.
pub fn longest(interval: Duration) -> Duration {
    interval.saturating_add(interval / 10)
}

/// The pause while a version is refused: at most a minute, and never longer than the interval.
pub fn retry(interval: Duration, random: f64) -> Duration {
    MAX_BACKOFF.min(interval).mul_f64(0.5 + 0.5 * random)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: [f64; 4] = [0.0, 0.25, 0.5, 0.999_999];

    #[test]
    fn an_interval_is_kept_with_a_jitter_of_a_tenth_from_a_random_phase_on() {
        for random in RANDOM {
            assert!(phase(INTERVAL, random) < INTERVAL);
            let next = next(INTERVAL, random).as_secs();
            assert!((270..=330).contains(&next) && next <= longest(INTERVAL).as_secs(), "{next}");
        }
    }

    #[test]
    fn what_is_random_is_spread_evenly_over_its_range() {
        let seconds = |of: fn(Duration, f64) -> Duration| {
            // Rounding may make a float up to a millisecond too small.
            [0.0, 0.5, 1.0].map(|random| (of(INTERVAL, random) + Duration::from_millis(1)).as_secs())
        };
        assert_eq!(seconds(phase), [0, 150, 300]);
        assert_eq!(seconds(next), [270, 300, 330]);
        assert_eq!(seconds(retry), [30, 45, 60]);
        assert_eq!(seconds(|interval, random| backoff(5, interval, random)), [1, 16, 32]);
    }

    #[test]
    fn failures_are_answered_with_growing_random_pauses() {
        let longest = |failures| backoff(failures, INTERVAL, 1.0).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 100].map(longest), [2, 4, 8, 16, 32, 60, 60, 60]);
        for random in RANDOM {
            assert!(backoff(9, INTERVAL, random) >= MIN_BACKOFF);
        }
    }

    #[test]
    fn no_pause_is_longer_than_the_interval() {
        let interval = Duration::from_millis(100);
        for random in RANDOM {
            assert!(backoff(5, interval, random) <= interval && retry(interval, random) <= interval);
            assert!(retry(INTERVAL, random) <= MAX_BACKOFF);
        }
    }
}
