//! What there is in a simulation.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::source::SimSource;
use crate::decode::{Json, Report, Reported};
use crate::secret::{Secret, SecretValue};
use crate::spec::SecretSpec;
use crate::{BoxFuture, Live, Secrets, Versions};
use secrets_shape::shape::Shape;

pub struct Driver {
    pub seed: u64,
    pub rng: fastrand::Rng,
    pub now: Instant,
    /// Never stepped: its clock is set to look at things without bringing anything back.
    pub observer: Runtime,
    pub runtimes: Vec<Place>,
    /// Since when there has been a driven runtime all the time.
    pub driven: Option<Instant>,
    pub source: SimSource,
    pub secrets: Secrets,
    pub ids: Vec<String>,
    pub interval: Duration,
    pub limit: Duration,
    pub concurrency: usize,
    pub inbox: Arc<Mutex<Inbox>>,
    pub lives: Vec<Followed>,
    pub nodes: Vec<Node>,
    /// Of all closures that there ever were.
    pub modes: Vec<Arc<AtomicU8>>,
    /// Futures that nobody polls.
    pub kept: Vec<Kept>,
    pub callers: Vec<Arc<Caller>>,
    /// Whether the wall clock was ever set: it may make up the time that a rollback has to stay.
    pub has_jumped: bool,
    /// When each secret last had a version, as the engine knows.
    pub good: BTreeMap<String, Option<Instant>>,
}

pub struct Place {
    pub runtime: Runtime,
    pub is_driven: bool,
    pub name: u64,
    /// Since when it is driven without a break.
    pub since: Instant,
    /// When it is driven again, if it is parked for a while only.
    pub parked_until: Option<Instant>,
    /// How many of its tasks are the driver's own.
    pub own: Arc<AtomicUsize>,
}

impl Place {
    pub fn spawn(&self, future: impl std::future::Future<Output = ()> + Send + 'static) {
        /// Counts a task for as long as it is there.
        struct Counted(Arc<AtomicUsize>);

        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }

        self.own.fetch_add(1, Ordering::Relaxed);
        let counted = Counted(Arc::clone(&self.own));
        self.runtime.spawn(async move {
            future.await;
            drop(counted);
        });
    }
}

/// What callers bring back.
#[derive(Default)]
pub struct Inbox {
    pub lives: Vec<(String, Live<Doc>)>,
    pub nodes: Vec<Node>,
    /// When `refresh` was called last.
    pub forced: BTreeMap<String, Instant>,
}

pub struct Followed {
    pub id: String,
    pub live: Live<Doc>,
    pub seen: u64,
}

pub struct Node {
    pub id: String,
    pub parent: Live<Doc>,
    pub mapped: Live<u64>,
    pub pair: Option<Live<Versions<Doc>>>,
    pub mode: Arc<AtomicU8>,
    pub seen: u64,
}

/// What a version of a simulated secret is: its number.
pub struct Doc(pub u64);

#[diagnostic::do_not_recommend]
impl SecretValue for Doc {
    const SHAPE: Shape = Shape::Any;

    fn decode(json: &Json<'_>, _: &mut Report) -> Result<Self, Reported> {
        match json.text().parse() {
            Ok(number) => Ok(Self(number)),
            // Without the hook, which would print it.
            Err(_) => std::panic::resume_unwind(Box::new("of the simulation")),
        }
    }
}

#[diagnostic::do_not_recommend]
impl Secret for Doc {
    const SPEC: SecretSpec = SecretSpec::new("Doc");
}

pub type Future = BoxFuture<'static, ()>;

/// Somebody who waits, and for how long at most.
pub struct Caller {
    pub what: &'static str,
    pub place: u64,
    pub since: Instant,
    pub bound: Duration,
    pub done: AtomicBool,
}

/// A future that was polled and is kept, and how long it may take once it is polled again.
pub struct Kept {
    pub what: &'static str,
    pub bound: Duration,
    pub future: Future,
}
