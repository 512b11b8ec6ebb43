//! Values derived from each version.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use secrets_runtime::{ErrorKind, HealthState, Secrets};
use tokio::time::sleep;

use super::{Db, HOUR, MINUTE, SECOND, db, password, source};

#[tokio::test(start_paused = true)]
async fn a_mapped_value_follows_and_a_version_that_fails_to_map_is_refused_there() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let pool =
        live.try_map(move |db| {
            counted.fetch_add(1, Ordering::SeqCst);
            async move {
                if db.password.starts_with("bad") { Err("canary") } else { Ok(format!("pool of {}", db.password)) }
            }
        });
    let pool = pool.await.expect("mapped");
    let twice = pool.try_map(async |pool| Ok::<_, &'static str>(format!("{} twice", *pool))).await.expect("mapped");
    assert_eq!((pool.current().as_str(), twice.current().as_str()), ("pool of first", "pool of first twice"));
    source.set("db", db("bad one"));
    sleep(6 * MINUTE).await;
    assert_eq!((password(&live).as_str(), pool.current().as_str()), ("bad one", "pool of first"));
    assert_eq!(pool.status().last_error.expect("refused").kind(), ErrorKind::Refused);
    let health = secrets.health();
    assert!(health.state == HealthState::Degraded && !health.to_string().contains("canary"), "{health}");
    let before = runs.load(Ordering::SeqCst);
    sleep(10 * MINUTE).await;
    assert!(runs.load(Ordering::SeqCst) - before >= 10, "it is tried again within each minute");
    source.set("db", db("third"));
    sleep(MINUTE + SECOND).await;
    assert_eq!((pool.current().as_str(), twice.current().as_str()), ("pool of third", "pool of third twice"));
    assert_eq!(secrets.health().state, HealthState::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_map_that_panics_or_hangs_is_a_refusal() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let pool = live.try_map(async |db| match db.password.as_str() {
        "panic" => panic!("of the test"),
        "hang" => std::future::pending().await,
        password => Ok::<_, &'static str>(password.to_owned()),
    });
    let pool = pool.await.expect("mapped");
    for password in ["panic", "hang"] {
        source.set("db", db(password));
        sleep(7 * MINUTE).await;
        assert_eq!(pool.current().as_str(), "first");
        assert_eq!(pool.status().last_error.expect("refused").kind(), ErrorKind::Refused);
    }
    source.set("db", db("second"));
    sleep(2 * MINUTE).await;
    assert_eq!(pool.current().as_str(), "second");
}

#[tokio::test(start_paused = true)]
async fn the_first_error_of_a_map_is_the_callers() {
    let secrets = Secrets::new(source());
    let live = secrets.live::<Db>().await.expect("live");
    let error = live.try_map(async |_| Err::<(), _>("no database")).await.expect_err("refused");
    assert_eq!(error, "no database");
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_is_dropped_while_a_map_runs_lets_it_end_and_no_other_begin() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let document = db("second");
    let db = secrets.live::<Db>().await.expect("live");
    let (begun, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (first, last) = (Arc::clone(&begun), Arc::clone(&ended));
    let mapped = db.try_map(move |_| {
        let (first, last) = (Arc::clone(&first), Arc::clone(&last));
        async move {
            if first.fetch_add(1, Ordering::SeqCst) > 0 {
                sleep(20 * SECOND).await;
            }
            last.fetch_add(1, Ordering::SeqCst);
            Ok::<_, &str>(())
        }
    });
    let mapped = mapped.await.expect("mapped");
    source.set("db", document);
    while begun.load(Ordering::SeqCst) == 1 {
        sleep(SECOND).await;
    }
    drop((mapped, db, secrets));
    let calls = source.calls();
    sleep(HOUR).await;
    assert_eq!((begun.load(Ordering::SeqCst), ended.load(Ordering::SeqCst)), (2, 2));
    assert_eq!(source.calls(), calls, "nobody looks any more");
}
