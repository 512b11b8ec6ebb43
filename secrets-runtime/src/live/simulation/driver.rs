//! Steps runtimes through simulated time and triggers events.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::{Instant, sleep_until};

use super::super::clock::tests::{jump, simulate};
use super::source::{MODES, Mode, SimSource};
use super::world::{Driver, Followed, Kept, Place};
use crate::Secrets;
use crate::sync::lock;

impl Place {
    fn drive(&mut self, now: Instant) {
        set_to(&self.runtime, now);
        (self.is_driven, self.since, self.parked_until) = (true, now, None);
    }
}

/// Steps a runtime to a point in time: everything due by then happens.
fn step_to(runtime: &Runtime, now: Instant) {
    runtime.block_on(async { sleep_until(now).await });
}

/// Sets the clock of a runtime that was not stepped for a while, before anything in it continues.
fn set_to(runtime: &Runtime, now: Instant) {
    runtime.block_on(async { tokio::time::advance(now.saturating_duration_since(Instant::now())).await });
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

impl Driver {
    pub fn new(seed: u64) -> Self {
        fastrand::seed(seed);
        let mut rng = fastrand::Rng::with_seed(seed);
        let observer = runtime();
        // Far enough ahead that every later runtime is behind, and can be set.
        let now = observer.block_on(async { Instant::now() }) + Duration::from_secs(3600);
        simulate(now - Duration::from_secs(3600));
        let count = match rng.u8(0..20) {
            0 => rng.usize(100..300),
            1..6 => rng.usize(6..30),
            _ => rng.usize(1..6),
        };
        let ids: Vec<String> = (0..count).map(|nth| format!("secret/{nth:03}")).collect();
        let batch = if rng.u8(0..3) == 0 { 20 } else { 1 };
        let latency = Duration::from_millis(rng.u64(0..400));
        let source = SimSource::new(seed, now, &ids, batch, latency);
        let interval = Duration::from_secs(rng.u64(1..15));
        let limit = Duration::from_secs(rng.u64(2..6));
        let concurrency = if rng.bool() { 128 } else { rng.usize(1..6) };
        let builder = Secrets::builder().refresh(interval).call_timeout(limit).concurrency(concurrency);
        let mut driver = Self {
            seed,
            rng,
            now,
            observer,
            runtimes: Vec::new(),
            driven: None,
            secrets: builder.build(source.clone()),
            source,
            ids,
            interval,
            limit,
            concurrency,
            inbox: Arc::default(),
            lives: Vec::new(),
            nodes: Vec::new(),
            modes: Vec::new(),
            kept: Vec::new(),
            callers: Vec::new(),
            has_jumped: false,
            good: BTreeMap::new(),
        };
        driver.begin_runtime();
        driver
    }

    pub fn run(mut self) {
        let end = self.now + Duration::from_secs(self.rng.u64(60..240));
        while self.now < end {
            for _ in 0..self.rng.usize(0..4) {
                self.act();
            }
            let step = Duration::from_millis(self.rng.u64(50..2_500));
            self.step(step);
            self.check();
        }
        self.heal();
        self.let_go();
    }

    // Time and runtimes.

    pub fn begin_runtime(&mut self) {
        let runtime = runtime();
        set_to(&runtime, self.now);
        let name = self.rng.u64(..);
        self.runtimes.push(Place {
            runtime,
            is_driven: true,
            name,
            since: self.now,
            parked_until: None,
            own: Arc::default(),
        });
        self.driven.get_or_insert(self.now);
    }

    pub fn step(&mut self, step: Duration) {
        self.now += step;
        let now = self.now;
        for place in self.runtimes.iter_mut().filter(|place| place.parked_until.is_some_and(|until| until <= now)) {
            place.drive(now - step);
            self.driven.get_or_insert(now - step);
        }
        let probe = self.secrets.clone();
        for place in self.runtimes.iter().filter(|place| place.is_driven) {
            place.runtime.block_on(async {
                // As a program does that has a health probe.
                let _ = probe.health();
                sleep_until(now).await;
            });
        }
        step_to(&self.observer, now);
        let mut inbox = lock(&self.inbox);
        self.lives.extend(inbox.lives.drain(..).map(|(id, live)| Followed { id, seen: 0, live }));
        self.nodes.append(&mut inbox.nodes);
        drop(inbox);
        if !self.runtimes.iter().any(|place| place.is_driven) {
            self.driven = None;
        }
    }

    pub fn driven_place(&mut self) -> Option<usize> {
        let driven: Vec<usize> = (0..self.runtimes.len()).filter(|&at| self.runtimes[at].is_driven).collect();
        self.rng.choice(driven)
    }

    // What happens.

    fn act(&mut self) {
        let id = self.rng.choice(self.ids.clone()).expect("some");
        let now = self.now;
        match self.rng.u8(0..40) {
            0 => {
                let at = self.rng.usize(0..self.runtimes.len().max(1));
                let soon = self.rng.bool().then(|| now + Duration::from_millis(self.rng.u64(500..9_000)));
                if let Some(place) = self.runtimes.get_mut(at) {
                    (place.is_driven, place.parked_until) = (false, soon);
                }
            }
            1 => {
                let at = self.rng.usize(0..self.runtimes.len().max(1));
                if let Some(place) = self.runtimes.get_mut(at).filter(|place| !place.is_driven) {
                    place.drive(now);
                    self.driven.get_or_insert(now);
                }
            }
            2 if self.runtimes.len() > 1 => {
                let at = self.rng.usize(0..self.runtimes.len());
                drop(self.runtimes.remove(at));
            }
            3 if self.runtimes.len() < 3 => self.begin_runtime(),
            4 => {
                let seconds = self.rng.i64(-90..180);
                jump(seconds);
                self.has_jumped = true;
            }
            5..10 => self.source.with(&id, |stored| stored.rotate(now)),
            10 => {
                let to = self.rng.u64(1..10);
                self.source.with(&id, |stored| stored.roll_back(to, now));
            }
            11..14 => {
                let mode = self.rng.choice(MODES).expect("some");
                self.source.with(&id, |stored| stored.mode = mode);
            }
            14 => {
                for id in &self.ids {
                    let mode = if self.rng.bool() { Mode::Well } else { self.rng.choice(MODES).expect("some") };
                    self.source.with(id, |stored| stored.mode = mode);
                }
            }
            15 => {
                for id in &self.ids {
                    self.source.with(id, |stored| stored.mode = Mode::Well);
                }
            }
            16 if !self.nodes.is_empty() => {
                let node = self.rng.usize(0..self.nodes.len());
                self.nodes[node].mode.store(self.rng.u8(0..6), Ordering::Relaxed);
            }
            17 if !self.lives.is_empty() => drop(self.lives.swap_remove(self.rng.usize(0..self.lives.len()))),
            18 if !self.nodes.is_empty() => drop(self.nodes.swap_remove(self.rng.usize(0..self.nodes.len()))),
            19 if !self.kept.is_empty() => {
                let Kept { what, bound, future } = self.kept.swap_remove(self.rng.usize(0..self.kept.len()));
                match self.driven_place() {
                    // Polled again, perhaps by another runtime.
                    Some(at) if self.rng.u8(0..3) > 0 => self.wait(at, what, bound, future),
                    _ => drop(future),
                }
            }
            _ => self.call(&id),
        }
    }
}
