//! Loading the first value.

use std::time::Duration;

use secrets_runtime::{
    ErrorKind, HealthState, Secrets,
    source::{Memory, SourceError},
};
use tokio::time::{Instant, sleep};

use super::{Db, MINUTE, Mail, SECOND, db, password, source, unreachable};

#[tokio::test(start_paused = true)]
async fn a_start_waits_out_what_passes() {
    let source = source();
    source.fail("db", unreachable());
    let secrets = Secrets::new(source.clone());
    let mend = async {
        sleep(10 * SECOND).await;
        source.set("db", db("second"));
    };
    let (live, ()) = tokio::join!(secrets.live::<Db>(), mend);
    assert_eq!(password(&live.expect("in time")), "second");
    source.fail("mail", unreachable());
    let start = Instant::now();
    assert_eq!(secrets.live::<Mail>().await.expect_err("for too long").kind(), ErrorKind::Unreachable);
    assert!((20..=30).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_start_fails_at_once_for_what_does_not_pass() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let start = Instant::now();
    assert_eq!(secrets.live_from::<Db>("missing").await.expect_err("missing").kind(), ErrorKind::NotFound);
    source.fail("db", SourceError::new(ErrorKind::AccessDenied, ""));
    let error = secrets.live_all::<(Db, Mail)>().await.expect_err("denied");
    assert_eq!((error.kind(), error.errors().len()), (ErrorKind::AccessDenied, 1));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_bad_current_version_lets_a_start_fall_back_to_the_one_before() {
    let source = source();
    source.set("db", "not even JSON");
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("the one before");
    assert_eq!(password(&live), "first");
    assert_eq!(live.status().last_error.expect("refused").kind(), ErrorKind::NotJson);
    assert_eq!(secrets.health().state, HealthState::Degraded);
    let strict = Secrets::builder().start_on_current_only().build(source.clone());
    assert_eq!(strict.live::<Db>().await.expect_err("refused").kind(), ErrorKind::NotJson);
    source.set("db", db("third"));
    sleep(MINUTE + SECOND).await;
    assert_eq!((password(&live), secrets.health().state), ("third".to_owned(), HealthState::Ok));
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_may_come_later_comes_later() {
    let source = Memory::new();
    let secrets = Secrets::new(source.clone());
    let pending = secrets.start::<Db>().expect("begun");
    assert!(pending.get().is_none());
    sleep(MINUTE).await;
    let health = secrets.health();
    assert!(!health.is_ready() && health.state == HealthState::Unavailable, "{health}");
    assert_eq!(pending.last_error().expect("missing").kind(), ErrorKind::NotFound);
    source.set("db", db("x"));
    sleep(2 * MINUTE).await;
    assert_eq!(pending.last_error().expect("refused").kind(), ErrorKind::Invalid);
    source.set("db", db("second"));
    let live = pending.ready().await;
    assert_eq!(password(&live), "second");
    assert_eq!(secrets.health().state, HealthState::Ok);
    drop(pending);
    source.set("db", db("third"));
    sleep(6 * MINUTE).await;
    assert_eq!(password(&live), "third");
}
