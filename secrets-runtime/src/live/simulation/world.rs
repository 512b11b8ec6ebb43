//! The state of a simulation.

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
    /// Never stepped: its clock is set in order to inspect things without restarting anything.
    pub observer: Runtime,
    pub runtimes: Vec<Place>,
    /// Since when a runtime has been driven without interruption.
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
    /// The modes of all closures ever created.
    pub modes: Vec<Arc<AtomicU8>>,
    /// Futures that are not polled.
    pub kept: Vec<Kept>,
    pub callers: Vec<Arc<Caller>>,
    /// Whether the wall clock was ever set: that may replace the time for which a rollback has to stay.
    pub has_jumped: bool,
    /// When each secret last had a version, according to the engine.
    pub good: BTreeMap<String, Option<Instant>>,
}

pub struct Place {
    pub runtime: Runtime,
    pub is_driven: bool,
    pub name: u64,
    /// Since when it has been driven without interruption.
    pub since: Instant,
    /// When it is driven again, if it is parked only for a while.
    pub parked_until: Option<Instant>,
    /// The number of its tasks that belong to the driver.
    pub own: Arc<AtomicUsize>,
}

impl Place {
    pub fn spawn(&self, future: impl std::future::Future<Output = ()> + Send + 'static) {
        /// Counts a task while it exists.
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

/// What callers return.
#[derive(Default)]
pub struct Inbox {
    pub lives: Vec<(String, Live<Doc>)>,
    pub nodes: Vec<Node>,
    /// When `refresh` was last called.
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

/// The value of a simulated version: its number.
pub struct Doc(pub u64);

#[diagnostic::do_not_recommend]
impl SecretValue for Doc {
    const SHAPE: Shape = Shape::Any;

    fn decode(json: &Json<'_>, _: &mut Report) -> Result<Self, Reported> {
        match json.text().parse() {
            Ok(number) => Ok(Self(number)),
            // Without the panic hook, which would print it.
            Err(_) => std::panic::resume_unwind(Box::new("of the simulation")),
        }
    }
}

#[diagnostic::do_not_recommend]
impl Secret for Doc {
    const SPEC: SecretSpec = SecretSpec::new("Doc");
}

pub type Future = BoxFuture<'static, ()>;

/// A waiting caller, and how long it may wait.
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
