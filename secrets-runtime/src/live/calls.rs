//! The source calls in flight. Their number is counted here instead of by a permit inside a future, because a future on
//! a parked runtime would hold its permit for ever.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::AbortHandle;

use super::clock::Timestamp;
use super::run::GRACE;

pub struct Calls {
    most: usize,
    last: u64,
    under_way: BTreeMap<u64, Call>,
}

struct Call {
    /// The number of its runs that have not ended.
    open: usize,
    /// When it counts as stuck.
    deadline: Timestamp,
    task: Option<AbortHandle>,
}

impl Calls {
    /// Sets the maximum number of concurrent calls, at least one.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), last: 0, under_way: BTreeMap::new() }
    }

    /// Takes out stuck calls if no other call can begin otherwise. The caller aborts their tasks, outside of locks.
    pub fn expire(&mut self, now: Timestamp) -> Vec<AbortHandle> {
        if self.under_way.len() < self.most {
            return Vec::new();
        }
        let stuck: Vec<u64> =
            self.under_way.iter().filter(|(_, call)| call.deadline.has_come(now)).map(|(&call, _)| call).collect();
        stuck.iter().filter_map(|call| self.under_way.remove(call)?.task).collect()
    }

    pub fn begin(&mut self, open: usize, now: Timestamp) -> Option<u64> {
        if self.under_way.len() >= self.most {
            return None;
        }
        self.last += 1;
        self.under_way.insert(self.last, Call { open, deadline: now.after(GRACE), task: None });
        Some(self.last)
    }

    /// Returns the task if all its callers have left meanwhile.
    pub fn spawned(&mut self, call: u64, task: AbortHandle) -> Option<AbortHandle> {
        match self.under_way.get_mut(&call) {
            Some(call) => call.task.replace(task),
            None => Some(task),
        }
    }

    /// This many of its runs were spawned.
    pub fn opened(&mut self, call: u64, open: usize) {
        if let Some(call) = self.under_way.get_mut(&call) {
            call.open = open;
        }
    }

    pub fn begun(&mut self, call: u64, now: Timestamp, limit: Duration) {
        if let Some(call) = self.under_way.get_mut(&call) {
            call.deadline = now.after(limit.saturating_add(GRACE));
        }
    }

    /// One of its runs has ended early. With the last one the call ends, and the caller aborts its task.
    pub fn leave(&mut self, number: u64) -> Option<AbortHandle> {
        let call = self.under_way.get_mut(&number)?;
        call.open = call.open.saturating_sub(1);
        if call.open > 0 {
            return None;
        }
        self.under_way.remove(&number)?.task
    }

    pub fn finished(&mut self, call: u64) -> Option<AbortHandle> {
        self.under_way.remove(&call)?.task
    }

    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.under_way.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    #[test]
    fn no_more_begin_than_may_and_those_that_are_stuck_make_room() {
        let (mut calls, now) = (Calls::new(2), Timestamp::now());
        let (first, second) = (calls.begin(1, now).expect("room"), calls.begin(2, now).expect("room"));
        assert_eq!(calls.begin(1, now), None);
        calls.begun(second, now, LIMIT);
        calls.expire(now.after(GRACE));
        assert_eq!(calls.count(), 1, "the first was spawned and did not begin");
        assert!(calls.begin(1, now).is_some());
        calls.expire(now.after(LIMIT + GRACE));
        assert_eq!(calls.count(), 0, "none answered within the limit");
        assert!(calls.finished(first).is_none());
    }

    #[test]
    fn a_call_goes_with_the_last_of_its_runs() {
        let (mut calls, now) = (Calls::new(1), Timestamp::now());
        let call = calls.begin(2, now).expect("room");
        calls.leave(call);
        assert_eq!(calls.begin(1, now), None);
        calls.leave(call);
        assert!(calls.begin(1, now).is_some());
        assert_eq!(Calls::new(0).begin(1, now), Some(1), "one call may always be under way");
    }
}
