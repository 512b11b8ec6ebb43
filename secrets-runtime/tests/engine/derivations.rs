//! A slow or failing derivation of a live secret affects only its own node.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use secrets_runtime::{ErrorKind, HealthState, Live, Refreshed, Retry, Secrets, source::Memory};
use tokio::time::{sleep, timeout};

use super::{Db, HOUR, MINUTE, SECOND, db, password, source};

#[tokio::test(start_paused = true)]
async fn a_closure_may_call_the_secret_that_it_derives_from() {
    let source = source();
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let (inner, of_closure) = (live.clone(), secrets.clone());
    let mapped = live.try_map(move |db| {
        let (live, secrets) = (inner.clone(), of_closure.clone());
        async move {
            live.refresh().await.map_err(|_| "failed")?;
            live.fresh(MINUTE).await.map_err(|_| "failed")?;
            secrets.live::<Db>().await.map_err(|_| "failed")?;
            secrets.load::<Db>().await.map_err(|_| "failed")?;
            live.with_previous().await.map_err(|_| "failed")?;
            let retry = Retry::on(|(): &()| false);
            live.attempt(retry, async |_| Ok(())).await.map_err(|()| "failed")?;
            let nested: Live<usize> = live.try_map(async |db| Ok::<_, &'static str>(db.password.len())).await?;
            Ok::<_, &'static str>(format!("{} {}", db.password, *nested.current()))
        }
    });
    let mapped = mapped.await.expect("mapped");
    for password in ["second", "third"] {
        source.set("db", db(password));
        sleep(MINUTE).await;
        assert!(mapped.current().starts_with(password), "{}", mapped.current().as_str());
        assert_eq!(secrets.health().state, HealthState::Ok, "{}", secrets.health());
    }
}

#[tokio::test(start_paused = true)]
async fn a_closure_that_refreshes_its_own_node_is_refused_by_its_limit() {
    let source = source();
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let own: Arc<std::sync::OnceLock<Live<String>>> = Arc::default();
    let inner = Arc::clone(&own);
    let mapped = live.try_map(move |db| {
        let own = Arc::clone(&inner);
        async move {
            if let Some(own) = own.get() {
                let _ = own.refresh().await;
            }
            Ok::<_, &'static str>(db.password.clone())
        }
    });
    let mapped = mapped.await.expect("mapped");
    own.set(mapped.clone()).map_err(drop).expect("once");
    source.set("db", db("second"));
    sleep(2 * MINUTE).await;
    assert_eq!(password(&live), "second", "everything else goes on");
    assert_eq!(mapped.status().state, HealthState::Degraded);
    assert_eq!(mapped.status().last_error.expect("refused").kind(), ErrorKind::Refused);
}

#[tokio::test(start_paused = true)]
async fn a_slow_closure_delays_neither_the_secret_nor_others() {
    let source = source();
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let slow = live.try_map(async |db| {
        if db.password != "first" {
            sleep(20 * SECOND).await;
        }
        Ok::<_, &'static str>(db.password.clone())
    });
    let slow = slow.await.expect("mapped");
    let fast = live.try_map(async |db| Ok::<_, &'static str>(db.password.clone())).await.expect("mapped");
    sleep(SECOND).await;
    source.set("db", db("second"));
    let changed = timeout(SECOND, live.refresh()).await.expect("it does not wait for what derives from it");
    assert_eq!(changed.expect("refreshed"), Refreshed::Changed);
    sleep(SECOND).await;
    assert_eq!((fast.current().as_str(), slow.current().as_str()), ("second", "first"));
    assert_eq!(secrets.health().state, HealthState::Ok, "it has its time");
    assert_eq!(slow.refresh().await.expect("on the node, it waits for the node"), Refreshed::Changed);
    assert_eq!(slow.current().as_str(), "second");
}

#[tokio::test(start_paused = true)]
async fn a_closure_that_fails_is_run_again_within_a_minute_also_while_the_source_fails() {
    let source = source();
    let secrets = Secrets::builder().refresh(24 * HOUR).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let (is_down, runs) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (down, counted) = (Arc::clone(&is_down), Arc::clone(&runs));
    let mapped = live.try_map(move |db| {
        counted.fetch_add(1, Ordering::SeqCst);
        let is_down = down.load(Ordering::SeqCst);
        async move { if is_down { Err("it is down") } else { Ok(db.password.clone()) } }
    });
    let mapped = mapped.await.expect("mapped");
    is_down.store(true, Ordering::SeqCst);
    sleep(SECOND).await;
    source.set("db", db("second"));
    live.refresh().await.expect("refreshed");
    sleep(SECOND).await;
    assert_eq!(mapped.status().last_error.expect("refused").kind(), ErrorKind::Refused);
    source.fail("db", super::unreachable());
    let before = runs.load(Ordering::SeqCst);
    sleep(10 * MINUTE).await;
    assert!(runs.load(Ordering::SeqCst) - before >= 10, "{} runs", runs.load(Ordering::SeqCst) - before);
    is_down.store(false, Ordering::SeqCst);
    sleep(MINUTE + SECOND).await;
    assert_eq!(mapped.current().as_str(), "second");
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_poll_runs_no_closure_and_keeps_the_derived_value_young() {
    let source = source();
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let mapped = live.try_map(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, &'static str>(()) }
    });
    let mapped = mapped.await.expect("mapped");
    let twice = mapped.try_map(async |_| Ok::<_, &'static str>(())).await.expect("mapped");
    sleep(HOUR).await;
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert!(twice.status().age <= 12 * SECOND, "{:?}", twice.status().age);
}

#[tokio::test(start_paused = true)]
async fn what_a_fixed_value_derives_ends_its_changes() {
    let fixed = Live::fixed(1);
    let mapped = fixed.try_map(async |one| Ok::<_, &'static str>(*one + 1)).await.expect("mapped");
    let pair = mapped.with_previous().await.expect("paired");
    let (mut mapped, mut pair) = (mapped.changes(), pair.changes());
    assert_eq!(mapped.next().await.map(|two| *two), Some(2));
    assert!(timeout(MINUTE, mapped.next()).await.expect("at once").is_none());
    assert!(pair.next().await.is_some());
    assert!(timeout(MINUTE, pair.next()).await.expect("at once").is_none());
}

fn passwords(pair: &Live<secrets_runtime::Versions<Db>>) -> Vec<String> {
    pair.read(|pair| pair.iter().map(|db| db.password.clone()).collect())
}

#[tokio::test(start_paused = true)]
async fn two_rotations_between_polls_pair_no_value_with_a_newer_one() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.set("db", db("second"));
    source.set("db", db("third"));
    // AWSPREVIOUS is newer than the published version.
    let pair = live.with_previous().await.expect("paired");
    assert_eq!(passwords(&pair), ["third", "first"], "what was current here before");
    source.set("db", db("fourth"));
    let pair = live.with_previous().await.expect("paired");
    assert_eq!(passwords(&pair), ["fourth", "third"]);
}

#[tokio::test(start_paused = true)]
async fn a_pair_is_published_together_with_its_value() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let pair = live.with_previous().await.expect("paired");
    assert_eq!(passwords(&pair), ["first"]);
    sleep(SECOND).await;
    for (nth, password) in ["second", "third", "fourth"].into_iter().enumerate() {
        source.set("db", db(password));
        live.refresh().await.expect("refreshed");
        let before = ["first", "second", "third"][nth];
        assert_eq!(passwords(&pair), [password, before]);
        sleep(10 * SECOND).await;
    }
    let mapped = pair.try_map(async |pair| Ok::<_, &'static str>(pair.iter().count())).await.expect("mapped");
    assert_eq!(*mapped.current(), 2);
}

/// `Memory` without creation dates.
struct Undated(Memory);

impl secrets_runtime::source::Source for Undated {
    async fn fetch(
        &self,
        requests: &[secrets_runtime::source::Request],
    ) -> Vec<Result<secrets_runtime::source::Fetched, secrets_runtime::source::SourceError>> {
        let texts = self.0.fetch(requests).await.into_iter();
        texts
            .map(|text| text.map(|_| secrets_runtime::source::Fetched::new(db("old")).with_version_id("old")))
            .collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_without_dates_pairs_only_what_was_current_here() {
    let memory = Memory::new().with("db", db("first"));
    memory.set("db", db("second"));
    let secrets = Secrets::new(Undated(memory));
    let live = secrets.live::<Db>().await.expect("live");
    let pair = live.with_previous().await.expect("paired");
    assert_eq!(passwords(&pair), ["old"]);
}
