//! Several threads in real time, which the single-threaded simulation does not cover.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrets_runtime::{HealthState, Live, Secrets, source::Memory};
use tokio::time::timeout;

use super::{Db, SECOND, db, password, source};

/// Rotates and polls continuously until dropped.
struct Busy(Arc<AtomicBool>);

impl Busy {
    fn begin(source: &Memory, live: &Live<Db>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (source, live, stopped) = (source.clone(), live.clone(), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut nth = 0;
            while !stopped.load(Ordering::Relaxed) {
                nth += 1;
                source.set("db", db(&format!("{nth:06}")));
                let _ = live.fresh(Duration::ZERO).await;
            }
        });
        Self(stop)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_comes_while_a_version_arrives_gets_it() {
    let source = source();
    let secrets = Secrets::builder().refresh(3_600 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let busy = Busy::begin(&source, &live);
    for _ in 0..300 {
        let pending = secrets.start::<Db>().expect("begun");
        timeout(20 * SECOND, pending.ready()).await.expect("it comes");
        timeout(20 * SECOND, secrets.live::<Db>()).await.expect("in time").expect("live");
        timeout(20 * SECOND, secrets.load::<Db>()).await.expect("in time").expect("loaded");
    }
    drop(busy);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_derives_follows_to_the_newest_and_never_back() {
    let source = source();
    source.set("db", db("000000"));
    let secrets = Secrets::builder().refresh(3_600 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let busy = Busy::begin(&source, &live);
    let mut nodes = Vec::new();
    for _ in 0..20 {
        let mapped = live.try_map(async |db| Ok::<_, &'static str>(db.password.clone())).await.expect("mapped");
        let pair = live.with_previous().await.expect("paired");
        let twice =
            mapped.try_map(async |password| Ok::<_, &'static str>(password.as_str().to_owned())).await.expect("mapped");
        nodes.push((mapped, pair, twice));
    }
    let mut seen = vec![String::new(); nodes.len()];
    for _ in 0..2_000 {
        for ((mapped, pair, twice), seen) in nodes.iter().zip(&mut seen) {
            let (second, first) = (twice.current(), mapped.current());
            assert!(*second <= *first, "{} was derived from {}", second.as_str(), first.as_str());
            assert!(*seen <= *second, "back from {seen} to {}", second.as_str());
            second.as_str().clone_into(seen);
            pair.read(|pair| {
                let previous = pair.previous.as_ref().map(|previous| previous.password.as_str());
                assert!(previous < Some(pair.current.password.as_str()));
            });
        }
        tokio::task::yield_now().await;
    }
    drop(busy);
    let last = loop {
        let before = password(&live);
        let _ = live.fresh(Duration::ZERO).await;
        if password(&live) == before {
            break before;
        }
    };
    for (_, _, twice) in &nodes {
        let mut changes = twice.changes();
        let follows = async { while changes.next().await.expect("it is live").as_str() != last {} };
        timeout(20 * SECOND, follows).await.expect("it follows to the newest");
    }
    assert_eq!(secrets.health().state, HealthState::Ok, "{}", secrets.health());
}
