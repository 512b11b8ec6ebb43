//! Callers that cancel, keep their futures, or arrive all at once.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use secrets_runtime::{ErrorKind, HealthState, Refreshed, Retry, Secrets};
use tokio::time::{sleep, timeout};

use super::{Db, HOUR, MINUTE, SECOND, db, password, source, unreachable};

/// Polls a future once.
macro_rules! poll_once {
    ($future:expr) => {
        poll_fn(|context| Poll::Ready($future.as_mut().poll(context))).await
    };
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_kept_and_not_polled_stops_no_poll() {
    let source = source();
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.delay(SECOND);
    let mut kept = pin!(live.refresh());
    assert!(poll_once!(kept).is_pending());
    source.set("db", db("second"));
    let calls = source.calls();
    sleep(HOUR).await;
    assert!(source.calls() - calls > 300, "{} calls", source.calls() - calls);
    assert_eq!((password(&live).as_str(), secrets.health().state), ("second", HealthState::Ok));
    live.fresh(20 * SECOND).await.expect("fresh for others");
    assert_eq!(kept.await.expect("it resolves"), Refreshed::Changed);
}

#[tokio::test(start_paused = true)]
async fn every_other_future_may_be_kept_too() {
    let source = source();
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.delay(SECOND);
    let mut fresh = pin!(live.fresh(std::time::Duration::ZERO));
    let mut start = pin!(secrets.live_from::<Db>("db"));
    let mut load = pin!(secrets.load::<Db>());
    let mut pair = pin!(live.with_previous());
    let mut mapped = pin!(live.try_map(async |db| Ok::<_, &'static str>(db.password.clone())).into_future());
    sleep(SECOND).await;
    let futures = [
        poll_once!(fresh).is_pending(),
        poll_once!(start).is_pending(),
        poll_once!(load).is_pending(),
        poll_once!(pair).is_pending(),
    ];
    assert_eq!(futures, [true; 4]);
    assert!(poll_once!(mapped).is_ready());
    source.set("db", db("second"));
    sleep(MINUTE).await;
    assert_eq!(password(&live), "second");
    assert_eq!(start.await.expect("live").current().password, "second");
    fresh.await.expect("fresh");
    load.await.expect("loaded");
    pair.await.expect("paired");
}

#[tokio::test]
async fn fresh_of_zero_succeeds_for_all_who_call_at_once() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.delay(std::time::Duration::from_millis(20));
    let calls = source.calls();
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let live = live.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    live.fresh(std::time::Duration::ZERO).await.expect("fresh");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    assert!(source.calls() - calls <= 12, "{} calls for 50 callers in five rounds", source.calls() - calls);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_changes_no_plan() {
    let source = source();
    let secrets = Secrets::builder().refresh(24 * HOUR).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    // By now the task sleeps.
    sleep(SECOND).await;
    source.fail("db", unreachable());
    source.delay(3 * SECOND);
    timeout(SECOND, live.refresh()).await.expect_err("it takes longer");
    sleep(3 * SECOND).await;
    assert_eq!(live.status().last_error.expect("it went on").kind(), ErrorKind::Unreachable);
    source.set("db", db("second"));
    sleep(MINUTE + 4 * SECOND).await;
    assert_eq!(password(&live), "second");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_kept_and_not_polled_loses_its_lease() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let retry = || Retry::on(|failure: &&str| *failure == "rejected").within(MINUTE);
    let mut kept = Box::pin(live.attempt(retry(), |_| async { Err::<(), _>("rejected") }));
    assert!(poll_once!(kept).is_pending());
    source.set("db", db("second"));
    let begin = tokio::time::Instant::now();
    let outcome = live.attempt(retry(), async |db| if db.password == "second" { Ok(()) } else { Err("rejected") });
    outcome.await.expect("it takes over");
    assert!(begin.elapsed() < 10 * SECOND, "{:?}", begin.elapsed());
    // The old future finishes, but its result is ignored.
    kept.await.expect_err("it never works");
    let outcome = live.attempt(retry(), async |_| Ok::<_, &str>(()));
    outcome.await.expect("nobody holds the lease");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_dropped_leaves_the_probing_to_the_next() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let retry = || Retry::on(|failure: &&str| *failure == "rejected").within(MINUTE);
    let begin = tokio::time::Instant::now();
    let dropped = live.attempt(retry(), |_| async { Err::<(), _>("rejected") });
    timeout(SECOND, dropped).await.expect_err("it goes on");
    live.attempt(retry(), async |_| Ok::<_, &str>(())).await.expect("at once");
    assert!(begin.elapsed() < 2 * SECOND, "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_ends_within_its_time_however_slow_the_source() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.delay(25 * SECOND);
    let begin = tokio::time::Instant::now();
    let retry = Retry::on(|_: &&str| true).within(10 * SECOND).try_pending();
    live.attempt(retry, |_| async { Err::<(), _>("rejected") }).await.expect_err("it never works");
    assert!(begin.elapsed() <= 11 * SECOND, "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_with_a_fixed_value_is_not_repeated() {
    let runs = std::sync::atomic::AtomicUsize::new(0);
    let fixed = secrets_runtime::Live::fixed(1);
    let attempt = async |_| {
        runs.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Err::<(), _>("rejected")
    };
    fixed.attempt(Retry::on(|_: &&str| true).within(MINUTE), attempt).await.expect_err("there is no other value");
    assert!(runs.load(std::sync::atomic::Ordering::SeqCst) <= 2);
}

#[tokio::test(start_paused = true)]
async fn no_setting_is_too_long() {
    let source = source();
    let most = std::time::Duration::MAX;
    let secrets = Secrets::builder().refresh(most).call_timeout(most).max_stale(most).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    sleep(HOUR).await;
    assert_eq!((secrets.health().state, live.status().state), (HealthState::Ok, HealthState::Ok));
    source.set("db", db("second"));
    assert_eq!(live.refresh().await.expect("refreshed"), Refreshed::Changed);
    secrets.load::<Db>().await.expect("loaded");
}

#[tokio::test(start_paused = true)]
async fn a_poll_in_the_queue_has_its_turn_when_a_call_is_dropped() {
    let source = source().with("other", db("first"));
    let secrets = Secrets::builder().concurrency(1).call_timeout(2 * HOUR).refresh(MINUTE).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.delay(HOUR);
    let dropped = timeout(2 * MINUTE, secrets.load_from::<Db>("other"));
    let change = async {
        sleep(SECOND).await;
        source.set("db", db("second"));
        source.delay(std::time::Duration::ZERO);
    };
    let (dropped, ()) = tokio::join!(dropped, change);
    dropped.expect_err("it takes an hour");
    sleep(SECOND).await;
    assert_eq!(password(&live), "second", "the scheduled poll waited behind it");
}

#[tokio::test(start_paused = true)]
async fn a_load_that_is_dropped_takes_its_call_with_it() {
    let source = source();
    source.delay(HOUR);
    let secrets = Secrets::builder().concurrency(1).call_timeout(2 * HOUR).build(source.clone());
    timeout(SECOND, secrets.load::<Db>()).await.expect_err("it takes longer");
    source.delay(std::time::Duration::ZERO);
    let loaded = timeout(SECOND, secrets.load::<Db>()).await.expect("the only call there may be is free again");
    assert_eq!(loaded.expect("loaded").password, "first");
}

#[test]
fn one_more_view_of_a_secret_costs_the_same_however_many_there_are() {
    let runtime = super::paused();
    let secrets = Secrets::new(source());
    let mut views = Vec::new();
    let mut bytes_of_the_next_after = |count: usize| {
        while views.len() < count {
            views.push(runtime.block_on(secrets.live::<Db>()).expect("live"));
        }
        let mut next = None;
        let counted = allocation_counter::measure(|| next = Some(runtime.block_on(secrets.live::<Db>())));
        assert_eq!(password(&next.expect("it ran").expect("live")), "first");
        counted.bytes_total
    };
    // Both counts avoid the sizes at which a `Vec` grows.
    let (few, many) = (bytes_of_the_next_after(20), bytes_of_the_next_after(2_000));
    assert!(many <= few + few / 2, "{few} bytes after 20, {many} after 2,000");
}
