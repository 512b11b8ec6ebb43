//! When each secret is due: together with all secrets of the same interval, or earlier by its own plan.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::clock::Timestamp;
use super::schedule;

/// Finding what is due costs as much as is due: nothing scans all secrets.
#[derive(Default)]
pub struct Agenda {
    /// Secrets with the same interval are due together, so that they share calls.
    classes: BTreeMap<Duration, Class>,
    plans: BTreeMap<u64, Timestamp>,
    /// The plans, earliest first.
    order: BTreeSet<(Instant, u64)>,
    seen: Option<Timestamp>,
}

struct Class {
    due: Timestamp,
    members: BTreeSet<u64>,
}

/// Clocks that differ by less than this have not jumped.
const JITTER: Duration = Duration::from_secs(1);

impl Agenda {
    /// Adds this secret to its interval from now on.
    pub fn join(&mut self, id: u64, interval: Duration, now: Timestamp) {
        let class = || {
            let due = now.after(schedule::phase(interval, fastrand::f64()));
            Class { due, members: BTreeSet::new() }
        };
        self.classes.entry(interval).or_insert_with(class).members.insert(id);
    }

    pub fn leave(&mut self, id: u64, interval: Duration) {
        if let Some(class) = self.classes.get_mut(&interval) {
            class.members.remove(&id);
            if class.members.is_empty() {
                self.classes.remove(&interval);
            }
        }
    }

    /// Plans an earlier time for this secret, and replaces its last plan.
    pub fn plan(&mut self, id: u64, at: Timestamp) {
        self.unplan(id);
        self.plans.insert(id, at);
        self.order.insert((at.monotonic, id));
    }

    pub fn unplan(&mut self, id: u64) {
        if let Some(at) = self.plans.remove(&id) {
            self.order.remove(&(at.monotonic, id));
        }
    }

    /// When this secret, which has this interval, is due.
    pub fn planned(&self, id: u64, interval: Option<Duration>) -> Option<Timestamp> {
        let class = interval.and_then(|interval| self.classes.get(&interval)).map(|class| class.due);
        self.plans.get(&id).copied().into_iter().chain(class).reduce(Timestamp::earlier)
    }

    /// Returns what is due, and sets the next time of each class that is.
    pub fn due(&mut self, now: Timestamp) -> BTreeSet<u64> {
        let mut due = BTreeSet::new();
        for (interval, class) in &mut self.classes {
            if class.due.has_come(now) {
                // From now, however late it is: missed polls are not made up for.
                class.due = now.after(schedule::next(*interval, fastrand::f64()));
                due.extend(&class.members);
            }
        }
        while let Some(&(at, id)) = self.order.first().filter(|(at, _)| *at <= now.monotonic) {
            self.order.remove(&(at, id));
            due.insert(id);
        }
        if self.has_jumped(now) {
            // The order is by the monotonic clock. Rarely, the wall clock decides, and then all plans are checked.
            due.extend(self.plans.iter().filter(|(_, at)| at.has_come(now)).map(|(id, _)| id));
        }
        for &id in &due {
            self.unplan(id);
        }
        due
    }

    /// Whether the wall clock has run ahead of the monotonic clock since the last check.
    fn has_jumped(&mut self, now: Timestamp) -> bool {
        let Some(seen) = self.seen.replace(now) else { return false };
        let wall = now.wall.duration_since(seen.wall).unwrap_or_default();
        wall > seen.until(now) + JITTER
    }

    /// When something may be due next.
    pub fn next(&self) -> Option<Instant> {
        let classes = self.classes.values().map(|class| class.due.monotonic);
        classes.chain(self.order.first().map(|(at, _)| *at)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn due(agenda: &mut Agenda, now: Timestamp) -> Vec<u64> {
        agenda.due(now).into_iter().collect()
    }

    #[test]
    fn a_class_is_due_together_and_a_plan_alone() {
        let (mut agenda, now) = (Agenda::default(), Timestamp::now());
        for id in [1, 2] {
            agenda.join(id, MINUTE, now);
        }
        agenda.join(3, 60 * MINUTE, now.after(MINUTE));
        agenda.plan(3, now.after(MINUTE));
        assert_eq!(agenda.planned(3, Some(60 * MINUTE)).expect("planned").monotonic, now.after(MINUTE).monotonic);
        assert_eq!(due(&mut agenda, now.after(MINUTE)), [1, 2, 3]);
        let next = agenda.planned(1, Some(MINUTE)).expect("planned");
        assert!(next.monotonic > now.after(MINUTE + MINUTE / 2).monotonic);
        // Its class has a random phase, and may be due by chance.
        agenda.leave(3, 60 * MINUTE);
        assert_eq!(due(&mut agenda, next), [1, 2], "the plan is done");
        agenda.leave(1, MINUTE);
        agenda.leave(2, MINUTE);
        assert_eq!(agenda.planned(1, Some(MINUTE)).map(drop), None);
    }

    #[test]
    fn a_new_plan_takes_the_place_of_the_old_one() {
        let (mut agenda, now) = (Agenda::default(), Timestamp::now());
        agenda.plan(1, now.after(MINUTE));
        agenda.plan(1, now.after(2 * MINUTE));
        assert_eq!(due(&mut agenda, now.after(MINUTE)), [0_u64; 0]);
        assert_eq!(due(&mut agenda, now.after(2 * MINUTE)), [1]);
        assert_eq!(agenda.next(), None);
    }

    #[test]
    fn what_the_wall_clock_says_is_due_is_due() {
        let (mut agenda, now) = (Agenda::default(), Timestamp::now());
        agenda.join(1, 60 * MINUTE, now);
        agenda.plan(2, now.after(60 * MINUTE));
        assert_eq!(due(&mut agenda, now), [0_u64; 0]);
        let thawed = Timestamp { wall: now.wall + 90 * MINUTE, ..now };
        assert_eq!(due(&mut agenda, thawed), [1, 2]);
        assert_eq!(due(&mut agenda, thawed), [0_u64; 0]);
    }
}
