//! Callers of every method, which wait, give up, or keep their futures.

use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::super::run::GRACE;
use super::world::{Caller, Doc, Driver, Future, Inbox, Kept, Node};
use crate::sync::lock;
use crate::{Live, Retry, Snapshot};

/// Gives up after some polls: over all runs, at every await.
struct GivesUp {
    future: Future,
    polls: u32,
}

impl std::future::Future for GivesUp {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.polls == 0 {
            return Poll::Ready(());
        }
        self.polls -= 1;
        self.future.as_mut().poll(context)
    }
}

/// Records when it calls and when it has an answer: only a forced poll confirms a rollback at once.
async fn refresh<T>(inbox: Arc<Mutex<Inbox>>, id: String, live: Live<T>) {
    lock(&inbox).forced.insert(id.clone(), Instant::now());
    let _ = live.refresh().await;
    lock(&inbox).forced.insert(id, Instant::now());
}

/// The body of a `try_map` closure.
async fn derive(mode: u8, again: impl AsyncFnOnce(), doc: Snapshot<Doc>) -> Result<u64, &'static str> {
    match mode {
        1 => return Err("of the simulation"),
        2 => std::future::pending().await,
        3 => sleep(Duration::from_secs(3)).await,
        4 => std::panic::resume_unwind(Box::new("of the simulation")),
        5 => again().await,
        _ => {}
    }
    Ok((*doc).0)
}

impl Driver {
    /// Calls a random method, in a runtime that is driven.
    pub fn call(&mut self, id: &str) {
        let Some(at) = self.driven_place() else { return };
        let Some((what, bound, future)) = self.future(id) else { return };
        let runtime = &self.runtimes[at].runtime;
        match self.rng.u8(0..8) {
            0 => {
                let mut future = future;
                let _context = runtime.enter();
                for _ in 0..self.rng.u8(1..4) {
                    if future.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop())).is_ready() {
                        return;
                    }
                }
                self.kept.push(Kept { what, bound, future });
            }
            1 | 2 => {
                let polls = self.rng.u32(1..8);
                self.runtimes[at].spawn(GivesUp { future, polls });
            }
            _ => self.wait(at, what, bound, future),
        }
    }

    /// Waits for a future.
    pub fn wait(&mut self, at: usize, what: &'static str, bound: Duration, future: Future) {
        let place = &self.runtimes[at];
        let caller = Arc::new(Caller { what, place: place.name, since: self.now, bound, done: false.into() });
        self.callers.push(Arc::clone(&caller));
        place.spawn(async move {
            future.await;
            caller.done.store(true, Ordering::Relaxed);
        });
    }

    fn future(&mut self, id: &str) -> Option<(&'static str, Duration, Future)> {
        let (secrets, inbox, own) = (self.secrets.clone(), Arc::clone(&self.inbox), id.to_owned());
        let start = Duration::from_secs(30) + 2 * GRACE;
        // A call waits behind all calls that may be in flight or queued before it.
        let before = self.ids.len() + 2 * (self.callers.len() + self.kept.len());
        let turns = u32::try_from(before.div_ceil(self.concurrency)).expect("few") + 2;
        let demand = 2 * self.limit.max(2 * GRACE) + GRACE;
        let map = Duration::from_secs(31) + GRACE;
        if self.lives.is_empty() || self.rng.u8(0..4) == 0 {
            return Some(match self.rng.u8(0..6) {
                0 => {
                    let load = async move { drop(secrets.load_from::<Doc>(own).await) };
                    ("load", (self.limit + 2 * GRACE) * (4 * turns), Box::pin(load) as Future)
                }
                1 => {
                    let ids: Vec<String> = self.ids.iter().take(5).cloned().collect();
                    let live = async move {
                        if let Ok(lives) = secrets.live_many::<Doc>(&ids).await {
                            lock(&inbox).lives.extend(ids.into_iter().zip(lives));
                        }
                    };
                    ("live_many", start, Box::pin(live))
                }
                _ => {
                    let live = async move {
                        if let Ok(live) = secrets.live_from::<Doc>(&own).await {
                            lock(&inbox).lives.push((own, live));
                        }
                    };
                    ("live", start, Box::pin(live))
                }
            });
        }
        let followed = &self.lives[self.rng.usize(0..self.lives.len())];
        let (live, id) = (followed.live.clone(), followed.id.clone());
        Some(match self.rng.u8(0..9) {
            0 | 1 => ("refresh", demand, Box::pin(refresh(inbox, id, live))),
            2 => {
                let age = Duration::from_secs(self.rng.u64(0..5));
                ("fresh", demand, Box::pin(async move { drop(live.fresh(age).await) }))
            }
            3 | 4 => {
                let mode = Arc::new(AtomicU8::new(0));
                self.modes.push(Arc::clone(&mode));
                let (inner, of_closure, parent) = (Arc::clone(&mode), live.clone(), live.clone());
                let (own, inbox_of_closure) = (id.clone(), Arc::clone(&inbox));
                let mapped = async move {
                    let map = move |doc| {
                        let (live, own, inbox) = (of_closure.clone(), own.clone(), Arc::clone(&inbox_of_closure));
                        let again = async move || {
                            refresh(inbox, own, live.clone()).await;
                            let _ = live.fresh(Duration::ZERO).await;
                        };
                        derive(inner.load(Ordering::Relaxed), again, doc)
                    };
                    if let Ok(mapped) = live.try_map(map).await {
                        lock(&inbox).nodes.push(Node { id, parent, mapped, pair: None, mode, seen: 0 });
                    }
                };
                ("try_map", demand, Box::pin(mapped))
            }
            5 => {
                let parent = live.clone();
                let pair = async move {
                    if let Ok(pair) = live.with_previous().await {
                        let mapped = parent.try_map(async |doc| Ok::<_, &'static str>((*doc).0)).await;
                        let (Ok(mapped), mode) = (mapped, Arc::default()) else { return };
                        lock(&inbox).nodes.push(Node { id, parent, mapped, pair: Some(pair), mode, seen: 0 });
                    }
                };
                ("with_previous", (self.limit + 2 * GRACE) * (4 * turns) + demand, Box::pin(pair))
            }
            6 => {
                let within = Duration::from_secs(self.rng.u64(1..10));
                let attempt = async move {
                    let retry = Retry::on(|(): &()| true).within(within).try_pending();
                    let _ = live.attempt(retry, async |doc| if (*doc).0 % 3 == 0 { Ok(()) } else { Err(()) }).await;
                };
                ("attempt", within + 2 * GRACE, Box::pin(attempt))
            }
            7 => {
                let changes = async move {
                    let mut changes = live.changes();
                    changes.next().await;
                    changes.next().await;
                };
                ("changes", Duration::MAX, Box::pin(changes))
            }
            _ if !self.nodes.is_empty() => {
                let node = &self.nodes[self.rng.usize(0..self.nodes.len())];
                ("refresh of a node", demand + map, Box::pin(refresh(inbox, node.id.clone(), node.mapped.clone())))
            }
            _ => return None,
        })
    }
}
