//! The invariants of every run, and what has to be healthy again in the end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::super::accept::CONFIRMATION;
use super::super::clock::Timestamp;
use super::super::polled::PolledSecret;
use super::super::poller::MAX_SLEEP;
use super::super::run::GRACE;
use super::super::schedule;

use super::source::Mode;
use super::world::{Driver, Inbox};
use crate::HealthState;
use crate::sync::lock;

impl Driver {
    pub fn check(&mut self) {
        self.check_callers();
        self.check_values();
        self.check_polls();
        let state = lock(&self.source.0);
        // Calls whose task is on a parked runtime are superseded but not dropped: they no longer count as in flight.
        let is_parked = self.runtimes.iter().any(|place| !place.is_driven);
        assert!(is_parked || state.calls <= self.concurrency + self.runtimes.len(), "{} calls", state.calls);
        drop(state);
        for place in self.runtimes.iter().filter(|place| place.is_driven) {
            let tasks = place.runtime.metrics().num_alive_tasks() - place.own.load(Ordering::Relaxed);
            // Calls, derivations of all closures ever created, background tasks; and some that are about to end.
            let most = 2 * self.concurrency + 3 * (self.modes.len() + self.nodes.len()) + 8;
            assert!(tasks <= most, "{tasks} tasks of at most {most}");
        }
    }

    /// No caller waits longer than its bound while its runtime is driven.
    fn check_callers(&mut self) {
        let driven = self.runtimes.iter().filter(|place| place.is_driven);
        let driven: BTreeMap<u64, Instant> = driven.map(|place| (place.name, place.since)).collect();
        let now = self.now;
        self.callers.retain(|caller| {
            let since = driven.get(&caller.place).map(|since| caller.since.max(*since));
            let Some(since) = since.filter(|_| !caller.done.load(Ordering::Relaxed)) else { return false };
            let waited = now - since;
            let slack = Duration::from_secs(4);
            assert!(
                waited <= caller.bound.saturating_add(slack),
                "{} waits for {waited:?}, and at most for {:?}: {} at once, {:?}, {:?}",
                caller.what,
                caller.bound,
                self.concurrency,
                self.secrets.registry().poller.load(),
                self.secrets.registry().poller.life(),
            );
            true
        });
    }

    /// A version goes back only by the rule for rollbacks, and every value is of a version that its secret had.
    fn check_values(&mut self) {
        let now = self.now;
        let forced = lock(&self.inbox).forced.clone();
        let check = |id: &str, seen: u64, value: u64| {
            if value >= seen {
                return;
            }
            let (first, last) = self.source.with(id, |stored| {
                let first = stored.history.iter().position(|(_, version)| *version == seen).unwrap_or_default();
                let mut times =
                    stored.history[first..].iter().filter(|(_, version)| *version == value).map(|(at, _)| *at);
                let first = times.clone().next().expect("a version that the secret had");
                (first, times.next_back().unwrap_or(first))
            });
            let was_forced =
                forced.get(id).is_some_and(|called| *called + 4 * self.limit + Duration::from_secs(10) >= last);
            // Versions in between may have come and gone between two polls.
            let has_stayed = now.saturating_duration_since(first) >= CONFIRMATION;
            let since = |at: Instant| now.saturating_duration_since(at);
            assert!(
                was_forced || has_stayed || self.has_jumped,
                "{id} goes back from {seen} to {value}: current {:?} ago, forced {:?} ago, history {:?}",
                since(last),
                forced.get(id).map(|forced| since(*forced)),
                self.source.with(id, |stored| stored
                    .history
                    .iter()
                    .map(|(at, version)| (since(*at), *version))
                    .collect::<Vec<_>>()),
            );
        };
        for followed in &self.lives {
            check(&followed.id, followed.seen, followed.live.read(|doc| doc.0));
        }
        for node in &self.nodes {
            check(&node.id, node.seen, node.mapped.read(|value| *value));
            if let Some(pair) = &node.pair {
                pair.read(|pair| {
                    let previous = pair.previous.as_ref().map(|previous| previous.0.value.0);
                    assert!(previous != Some(pair.current.0.value.0), "a version is paired with itself");
                });
                // The pair is published together with its current value.
                assert_eq!(pair.read(|pair| pair.current.0.value.0), node.parent.read(|doc| doc.0));
            }
            assert!(node.mapped.0.number() <= node.parent.0.number());
        }
        for followed in &mut self.lives {
            followed.seen = followed.live.read(|doc| doc.0);
        }
        for node in &mut self.nodes {
            node.seen = node.mapped.read(|value| *value);
        }
    }

    /// Health agrees with what the source itself saw; and while a runtime is driven, polls start as planned.
    fn check_polls(&mut self) {
        let _context = self.observer.enter();
        let longest = schedule::longest(self.interval);
        for secret in self.secrets.registry().all() {
            let views = secret.views();
            if views.is_empty() {
                continue;
            }
            let health = secret.health(views);
            let good = secret.record().good.map(|good| good.monotonic);
            let before = self.good.insert(secret.secret_id().shown().to_owned(), good).flatten();
            // Runtimes are stepped one after the other: their clocks differ by at most one step.
            let goes_back = good.zip(before).is_some_and(|(good, before)| good + Duration::from_secs(3) < before);
            assert!(!goes_back, "what is known of {} goes back", secret.secret_id().shown());
            let (asked, answered) = self.source.with(secret.request.id(), |stored| (stored.asked, stored.answered));
            if health.state == HealthState::Ok {
                let age = answered.map(|answered| self.now.saturating_duration_since(answered));
                let most = longest + self.limit + Duration::from_secs(3);
                let shown = secret.secret_id().shown();
                let confirmed = health.age;
                assert!(
                    age.is_some_and(|age| age <= most),
                    "{shown} is ok, {age:?} old of at most {most:?}, said to be {confirmed:?}"
                );
            }
            // One call after another may hang for its whole limit, and a parked runtime is noticed only after a while.
            let turns = u32::try_from(self.ids.len().div_ceil(self.concurrency)).expect("few") + 1;
            let most = longest.max(schedule::MAX_BACKOFF.min(self.interval))
                + (self.limit + 3 * GRACE) * turns * 2
                + 2 * MAX_SLEEP
                + Duration::from_secs(5);
            let unasked = asked.map(|asked| self.now.saturating_duration_since(asked));
            let driven = self.driven.map(|since| self.now.saturating_duration_since(since));
            if driven.is_some_and(|driven| driven > most) && self.is_followed(&secret) {
                let poller = &self.secrets.registry().poller;
                let planned = secret.planned().map(|at| Timestamp::now().until(at));
                assert!(
                    unasked.is_some_and(|unasked| unasked <= most),
                    "{} is not polled: {unasked:?} of at most {most:?}, {} calls at once, {:?}, {:?}, in {planned:?}, driven for {driven:?}, at {:?}: {}",
                    secret.secret_id().shown(),
                    self.concurrency,
                    poller.life(),
                    poller.load(),
                    Timestamp::now(),
                    secret.describe(),
                );
            }
        }
    }

    /// Whether a secret has to be polled.
    fn is_followed(&self, secret: &PolledSecret) -> bool {
        self.lives.iter().any(|followed| followed.id == secret.request.id() && followed.seen > 0)
            && secret.record().interval.is_some()
    }

    // The end.

    /// Everything works again, so everything has to become healthy.
    pub fn heal(&mut self) {
        if self.driven.is_none() {
            self.begin_runtime();
        }
        for id in &self.ids {
            self.source.with(id, |stored| stored.mode = Mode::Well);
        }
        // However low the concurrency is, it is enough.
        lock(&self.source.0).latency = Duration::ZERO;
        for mode in &self.modes {
            mode.store(0, Ordering::Relaxed);
        }
        self.callers.clear();
        let turns = u32::try_from(self.ids.len().div_ceil(self.concurrency)).expect("few");
        let end = self.now + Duration::from_secs(240) + (self.limit + GRACE) * turns;
        while self.now < end {
            self.step(Duration::from_secs(2));
            self.check_values();
            self.check_polls();
        }
        let _context = self.observer.enter();
        for followed in &self.lives {
            let current = self.source.with(&followed.id, |stored| stored.current);
            assert_eq!(followed.live.read(|doc| doc.0), current, "{}", followed.id);
        }
        for node in &self.nodes {
            let upstream = &node.mapped.0.upstream;
            let (is, parent) = (node.mapped.0.number(), node.parent.0.number());
            let planned = upstream.planned().map(|at| Timestamp::now().until(at));
            let (refused, life) = (node.mapped.0.refusal(), self.secrets.registry().poller.life());
            assert_eq!(is, parent, "a node of {} is behind: planned in {planned:?}, {refused:?}, {life:?}", node.id);
        }
        for secret in self.secrets.registry().all() {
            let views = secret.views();
            if !views.is_empty() {
                let health = secret.health(views);
                assert_eq!(health.state, HealthState::Ok, "{:?}", health.error);
            }
        }
        let (calls, queued, _) = self.secrets.registry().poller.load();
        assert!(calls <= self.concurrency, "{calls} calls under way");
        assert!(queued <= self.ids.len(), "{queued} calls wait");
    }

    /// All runtimes end, and no poll continues without one. Then the last handle is dropped, and everything with it.
    pub fn let_go(mut self) {
        let poller = Arc::downgrade(&self.secrets.registry().poller);
        self.kept.clear();
        self.runtimes.clear();
        for secret in self.secrets.registry().all() {
            assert!(!secret.has_task(), "a poll of {} goes on without a task", secret.secret_id().shown());
        }
        *lock(&self.inbox) = Inbox::default();
        self.lives.clear();
        self.nodes.clear();
        let Self { secrets, seed, .. } = self;
        drop(secrets);
        assert_eq!(poller.strong_count(), 0, "seed {seed}: the poller is kept by something");
    }
}
