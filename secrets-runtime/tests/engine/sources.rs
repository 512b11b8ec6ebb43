//! Sources that hang, panic, or return too few answers, too many or none.

use std::sync::atomic::Ordering;

use secrets_runtime::{
    ErrorKind, HealthState, Secrets,
    source::{Fetched, Source},
};
use tokio::time::{Instant, sleep};

use super::{Db, HOUR, MINUTE, Odd, SECOND, What, db, password, source};

#[tokio::test(start_paused = true)]
async fn a_call_that_is_never_answered_ends_at_the_limit_and_is_made_again() {
    let memory = source();
    let odd = Odd::new(&memory, 2, || What::Hang);
    let secrets = Secrets::new(odd.clone());
    let live = secrets.live::<Db>().await.expect("live");
    memory.set("db", db("second"));
    while odd.calls() < 2 {
        sleep(SECOND / 10).await;
    }
    sleep(30 * SECOND + SECOND / 5).await;
    let status = live.status();
    assert_eq!(status.last_error.expect("it failed").kind(), ErrorKind::TimedOut);
    assert_eq!(secrets.health().state, HealthState::Degraded);
    sleep(MINUTE).await;
    assert_eq!((password(&live).as_str(), secrets.health().state), ("second", HealthState::Ok));
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_call_has_the_limit() {
    let memory = source();
    let begin = Instant::now();
    let hanging = |nth| Secrets::new(Odd::new(&memory, nth, || What::Hang));
    assert_eq!(hanging(1).live::<Db>().await.expect_err("no answer").kind(), ErrorKind::TimedOut);
    assert!(begin.elapsed() <= 31 * SECOND, "{:?}", begin.elapsed());
    assert_eq!(hanging(1).load::<Db>().await.map(drop).expect_err("no answer").kind(), ErrorKind::TimedOut);
    let several = hanging(1).load_many::<Db>(["db"]).await.map(drop).expect_err("no answer");
    assert_eq!(several.kind(), ErrorKind::TimedOut);
    let live = hanging(2).live::<Db>().await.expect("live");
    assert_eq!(live.with_previous().await.map(drop).expect_err("no answer").kind(), ErrorKind::TimedOut);
    let live = hanging(2).live::<Db>().await.expect("live");
    assert_eq!(live.refresh().await.expect_err("no answer").kind(), ErrorKind::TimedOut);
    assert!(begin.elapsed() <= 5 * 31 * SECOND, "{:?}", begin.elapsed());
    // At the start AWSPREVIOUS is tried as well; the reported error is that of the current version.
    memory.set("db", "not JSON");
    let begin = Instant::now();
    assert_eq!(hanging(2).live::<Db>().await.expect_err("no answer").kind(), ErrorKind::NotJson);
    assert!(begin.elapsed() <= 31 * SECOND, "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_a_setting() {
    let secrets = Secrets::builder().call_timeout(SECOND).build(Odd::new(&source(), 1, || What::Hang));
    let begin = Instant::now();
    assert_eq!(secrets.load::<Db>().await.map(drop).expect_err("no answer").kind(), ErrorKind::TimedOut);
    assert!(begin.elapsed() <= 2 * SECOND, "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_source_that_panics_or_miscounts_has_failed() {
    let odd: [fn() -> What; 3] = [
        || What::Panic,
        || What::Answer(Vec::new()),
        || What::Answer((0..3).map(|_| Ok(Fetched::new(db("of another")))).collect()),
    ];
    for what in odd {
        let memory = source();
        let loading = Secrets::new(Odd::new(&memory, 1, what));
        assert_eq!(loading.load::<Db>().await.map(drop).expect_err("odd").kind(), ErrorKind::Service);
        let several = Secrets::new(Odd::new(&memory, 1, what)).load_many::<Db>(["db"]).await.map(drop);
        assert_eq!(several.expect_err("odd").kind(), ErrorKind::Service);

        let odd = Odd::new(&memory, 2, what);
        let secrets = Secrets::new(odd.clone());
        let live = secrets.live::<Db>().await.expect("live");
        assert_eq!(live.refresh().await.expect_err("odd").kind(), ErrorKind::Service);
        assert_eq!(password(&live), "first");
        memory.set("db", db("second"));
        sleep(2 * MINUTE).await;
        assert_eq!((password(&live).as_str(), secrets.health().state), ("second", HealthState::Ok));

        let starting = Secrets::new(Odd::new(&memory, 1, what)).live::<Db>().await;
        assert_eq!(password(&starting.expect("it is tried again")), "second");
        let odd = Odd::new(&memory, 2, what);
        let live = Secrets::new(odd).live::<Db>().await.expect("live");
        assert_eq!(live.with_previous().await.map(drop).expect_err("odd").kind(), ErrorKind::Service);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hanging_call_keeps_the_others_from_nothing_for_long() {
    /// Never answers for the secret `slow`.
    struct Slow(secrets_runtime::source::Memory);

    impl Source for Slow {
        async fn fetch(
            &self,
            requests: &[secrets_runtime::source::Request],
        ) -> Vec<Result<Fetched, secrets_runtime::source::SourceError>> {
            if requests[0].id().starts_with("slow") {
                std::future::pending::<()>().await;
            }
            self.0.fetch(requests).await
        }
    }

    let memory = source();
    let secrets = Secrets::builder().concurrency(2).refresh(10 * SECOND).build(Slow(memory.clone()));
    let live = secrets.live::<Db>().await.expect("live");
    let slow: Vec<_> = (0..10)
        .map(|nth| {
            let secrets = secrets.clone();
            tokio::spawn(async move { secrets.live_from::<Db>(format!("slow/{nth}")).await.map(drop) })
        })
        .collect();
    sleep(10 * MINUTE).await;
    memory.set("db", db("second"));
    live.refresh().await.expect("its turn comes");
    assert_eq!(password(&live), "second");
    for slow in slow {
        assert_eq!(slow.await.expect("no panic").expect_err("no answer").kind(), ErrorKind::TimedOut);
    }
}

#[tokio::test(start_paused = true)]
async fn thousands_of_secrets_of_which_a_fifth_fail_go_on() {
    let memory = source();
    let ids: Vec<String> = (0..2_000).map(|nth| format!("many/{nth}")).collect();
    let set = |password: &str| {
        for id in &ids {
            memory.set(id, db(password));
        }
    };
    set("first");
    let odd = Odd::new(&memory, 0, || What::Hang);
    let secrets = Secrets::new(odd.clone());
    let lives = secrets.live_many::<Db>(&ids).await.expect("live");
    let mut mapped = Vec::new();
    for live in &lives {
        mapped.push(live.try_map(async |db| Ok::<_, &'static str>(db.password.clone())).await.expect("mapped"));
    }
    for id in ids.iter().step_by(5) {
        memory.fail(id, super::unreachable());
    }
    sleep(HOUR).await;
    for (nth, id) in ids.iter().enumerate().filter(|(nth, _)| nth % 5 != 0) {
        assert_eq!(lives[nth].status().state, HealthState::Ok, "{id}");
    }
    set("second");
    sleep(12 * MINUTE).await;
    assert!(mapped.iter().all(|mapped| *mapped.current() == "second"));
    let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    assert!(tasks <= 2, "{tasks} tasks");
    // Polls each failing secret about once a minute, and all of them every ten minutes.
    let calls = odd.calls.load(Ordering::SeqCst);
    assert!((2_000 * 6..2_000 * 40).contains(&calls), "{calls} calls");
}
