//! The simulated source: it does as it is told, and remembers what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};

use super::super::clock::Timestamp;
use crate::error::ErrorKind;
use crate::source::{Fetched, Request, Source, SourceError};
use crate::sync::lock;

#[derive(Clone)]
pub struct SimSource(pub Arc<Mutex<State>>);

pub struct State {
    pub rng: fastrand::Rng,
    pub secrets: BTreeMap<String, Stored>,
    pub batch: usize,
    pub latency: Duration,
    /// The number of calls in flight.
    pub calls: usize,
    pub most_calls: usize,
}

pub struct Stored {
    /// Versions are numbers; a higher one was created later.
    pub newest: u64,
    pub current: u64,
    pub mode: Mode,
    /// When each version became current.
    pub history: Vec<(Instant, u64)>,
    /// When the last call for it started.
    pub asked: Option<Instant>,
    /// When the last call that returned a version started.
    pub answered: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Well,
    Fails,
    Denied,
    Flaps,
    Hangs,
    Panics,
    Slow(u64),
    Short,
    Many,
    Binary,
    /// A version that the type cannot read: decoding it panics.
    Bad,
}

pub const MODES: [Mode; 12] = [
    Mode::Well,
    Mode::Well,
    Mode::Fails,
    Mode::Denied,
    Mode::Flaps,
    Mode::Hangs,
    Mode::Panics,
    Mode::Slow(2),
    Mode::Short,
    Mode::Many,
    Mode::Binary,
    Mode::Bad,
];

impl SimSource {
    pub fn new(seed: u64, now: Instant, ids: &[String], batch: usize, latency: Duration) -> Self {
        let stored =
            || Stored { newest: 1, current: 1, mode: Mode::Well, history: vec![(now, 1)], asked: None, answered: None };
        let secrets = ids.iter().map(|id| (id.clone(), stored())).collect();
        let rng = fastrand::Rng::with_seed(seed);
        Self(Arc::new(Mutex::new(State { rng, secrets, batch, latency, calls: 0, most_calls: 0 })))
    }

    pub fn with<R>(&self, id: &str, change: impl FnOnce(&mut Stored) -> R) -> R {
        change(lock(&self.0).secrets.get_mut(id).expect("a secret of the simulation"))
    }
}

impl Stored {
    pub fn rotate(&mut self, now: Instant) {
        self.newest += 1;
        self.make_current(self.newest, now);
    }

    pub fn roll_back(&mut self, to: u64, now: Instant) {
        self.make_current(to.clamp(1, self.newest), now);
    }

    fn make_current(&mut self, version: u64, now: Instant) {
        if version != self.current {
            self.current = version;
            self.history.push((now, version));
        }
    }
}

pub fn created(version: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(version)
}

/// `current` is the version that the call sees: the one at its start, or the one at its end.
fn answer(
    stored: &mut Stored,
    current: u64,
    request: &Request,
    begun: Instant,
    flapped: bool,
) -> Result<Fetched, SourceError> {
    let failed = |kind| Err(SourceError::new(kind, "of the simulation"));
    let version = match request.is_current() {
        true => current,
        false if current > 1 => current - 1,
        false => return failed(ErrorKind::NotFound),
    };
    match stored.mode {
        Mode::Fails => return failed(ErrorKind::Unreachable),
        Mode::Denied => return failed(ErrorKind::AccessDenied),
        Mode::Flaps if flapped => return failed(ErrorKind::Throttled),
        Mode::Binary => {
            let error = SourceError::new(ErrorKind::Binary, "");
            return Err(error.version_id(&format!("binary-{}", stored.newest)));
        }
        _ => {}
    }
    let text = match stored.mode {
        Mode::Bad => "bad".to_owned(),
        _ => version.to_string(),
    };
    if request.is_current() {
        // A superseded call may be answered late.
        stored.answered = stored.answered.max(Some(begun));
    }
    let id = if stored.mode == Mode::Bad { format!("bad-{version}") } else { version.to_string() };
    Ok(Fetched::new(text).with_version_id(id).with_created(created(version)).with_stages(["AWSCURRENT"]))
}

/// Counts a call, however it ends.
struct Counted(Arc<Mutex<State>>);

impl Drop for Counted {
    fn drop(&mut self) {
        lock(&self.0).calls -= 1;
    }
}

impl Source for SimSource {
    fn batch_size(&self) -> usize {
        lock(&self.0).batch
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let begun = Timestamp::now().monotonic;
        let (modes, seen, pause, _counted) = {
            let mut state = lock(&self.0);
            state.calls += 1;
            state.most_calls = state.most_calls.max(state.calls);
            let counted = Counted(Arc::clone(&self.0));
            let latency = state.latency.mul_f64(state.rng.f64());
            let (mut modes, mut seen) = (Vec::new(), Vec::new());
            let sees_begin = state.rng.bool();
            for request in requests {
                let stored = state.secrets.get_mut(request.id()).expect("a secret of the simulation");
                if request.is_current() {
                    stored.asked = Some(begun);
                }
                modes.push(stored.mode);
                seen.push(Some(stored.current).filter(|_| sees_begin));
            }
            (modes, seen, latency, counted)
        };
        let slow = modes.iter().map(|mode| if let Mode::Slow(seconds) = mode { *seconds } else { 0 }).max();
        sleep(pause + Duration::from_secs(slow.unwrap_or_default())).await;
        if modes.contains(&Mode::Hangs) {
            std::future::pending::<()>().await;
        }
        if modes.contains(&Mode::Panics) {
            // Without the panic hook, which would print it.
            std::panic::resume_unwind(Box::new("of the simulation"));
        }
        let mut state = lock(&self.0);
        let mut answers = Vec::new();
        for (request, seen) in requests.iter().zip(seen) {
            let flapped = state.rng.bool();
            let stored = state.secrets.get_mut(request.id()).expect("a secret of the simulation");
            let current = seen.unwrap_or(stored.current);
            answers.push(answer(stored, current, request, begun, flapped));
        }
        if modes.contains(&Mode::Short) {
            answers.pop();
        }
        if modes.contains(&Mode::Many) && answers.len() == requests.len() {
            answers.push(Ok(Fetched::new("0")));
        }
        answers
    }
}
