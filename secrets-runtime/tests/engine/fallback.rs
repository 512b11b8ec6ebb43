//! A fallback only fills a gap: it never replaces a newer value, confirms no rollback, and is visible while it serves.

use secrets_runtime::{
    ErrorKind, HealthState, Secrets,
    source::{Fetched, Memory, Request, Source, SourceError},
};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::time::sleep;

use super::{Db, HOUR, MINUTE, SECOND, db, password, unreachable};

fn throttled() -> SourceError {
    SourceError::new(ErrorKind::Throttled, "the test says so")
}

#[tokio::test(start_paused = true)]
async fn one_failed_call_takes_no_newer_value_away() {
    let (first, fallback) = (Memory::new().with("db", db("old")), Memory::new().with("db", db("old")));
    first.set("db", db("new"));
    let secrets = Secrets::builder().refresh(10 * SECOND).max_stale(MINUTE).build(first.clone().or(fallback));
    let live = secrets.live::<Db>().await.expect("live");
    assert_eq!(password(&live), "new");
    first.fail("db", throttled());
    sleep(30 * SECOND).await;
    assert_eq!(password(&live), "new");
    let status = live.status();
    assert_eq!(
        (status.state, status.last_error.expect("the first fails").kind()),
        (HealthState::Degraded, ErrorKind::Throttled)
    );
    assert!(status.age >= 20 * SECOND, "{:?}", status.age);
    sleep(2 * MINUTE).await;
    assert_eq!(live.fresh(HOUR).await.map(drop).expect_err("stale").kind(), ErrorKind::Stale);
    first.set("db", db("newer"));
    sleep(MINUTE).await;
    assert_eq!((password(&live).as_str(), secrets.health().state), ("newer", HealthState::Ok));
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_value_yet_the_fallback_serves_and_is_seen() {
    let (first, fallback) = (Memory::new(), Memory::new().with("db", db("local")));
    first.fail("db", unreachable());
    let secrets = Secrets::builder().refresh(10 * SECOND).build(first.clone().or(fallback));
    let live = secrets.live::<Db>().await.expect("from the fallback");
    assert_eq!(password(&live), "local");
    assert_eq!(secrets.load::<Db>().await.expect("from the fallback").password, "local");
    assert_eq!(secrets.health().state, HealthState::Degraded);
    live.refresh().await.expect_err("the first still fails");
    sleep(MINUTE).await;
    assert!(live.status().age > 50 * SECOND, "it is as old as when it came");
    first.set("db", db("new"));
    sleep(MINUTE).await;
    assert_eq!((password(&live).as_str(), secrets.health().state), ("new", HealthState::Ok));
}

/// Versions with dates chosen by the test.
#[derive(Clone, Default)]
struct Dated(Arc<Mutex<Option<Fetched>>>);

impl Dated {
    fn with(self, version: &str, created: u64) -> Self {
        let created = SystemTime::UNIX_EPOCH + Duration::from_secs(created);
        *self.0.lock().expect("whole") = Some(Fetched::new(db(version)).with_version_id(version).with_created(created));
        self
    }

    fn fail(&self) {
        *self.0.lock().expect("whole") = None;
    }
}

impl Source for Dated {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let fetched = self.0.lock().expect("whole").clone().ok_or_else(unreachable);
        requests.iter().map(|_| fetched.clone()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_lagging_replica_is_no_rollback_and_a_replica_ahead_is_believed() {
    let (first, replica) = (Dated::default().with("two", 20), Dated::default().with("one", 10));
    let secrets = Secrets::builder().refresh(10 * SECOND).build(first.clone().or(replica.clone()));
    let live = secrets.live::<Db>().await.expect("live");
    first.fail();
    sleep(10 * MINUTE).await;
    assert_eq!(password(&live), "two", "however long the replica lags");
    let _ = live.refresh().await;
    assert_eq!(password(&live), "two", "an explicit refresh confirms nothing that a fallback says");
    replica.clone().with("three", 30);
    sleep(2 * MINUTE).await;
    assert_eq!(password(&live), "three");
    assert_eq!(secrets.health().state, HealthState::Degraded, "the first is still asked in vain");
    first.clone().with("three", 30);
    sleep(2 * MINUTE).await;
    assert_eq!((password(&live).as_str(), secrets.health().state), ("three", HealthState::Ok));
}

#[tokio::test(start_paused = true)]
async fn a_version_that_was_rolled_back_here_does_not_come_back_by_the_fallback() {
    let (first, replica) = (Dated::default().with("two", 20), Dated::default().with("two", 20));
    let secrets = Secrets::builder().refresh(10 * SECOND).build(first.clone().or(replica));
    let live = secrets.live::<Db>().await.expect("live");
    first.clone().with("one", 10);
    sleep(MINUTE).await;
    assert_eq!(password(&live), "one", "rolled back");
    first.fail();
    sleep(10 * MINUTE).await;
    assert_eq!(password(&live), "one");
}

#[tokio::test(start_paused = true)]
async fn what_the_first_says_when_it_is_back_counts() {
    let (first, replica) = (Dated::default().with("two", 20), Dated::default().with("three", 30));
    let secrets = Secrets::builder().refresh(10 * SECOND).build(first.clone().or(replica));
    let live = secrets.live::<Db>().await.expect("live");
    first.fail();
    sleep(2 * MINUTE).await;
    assert_eq!(password(&live), "three");
    // The first source never had that version, or was rolled back.
    first.clone().with("two", 20);
    sleep(2 * MINUTE).await;
    assert_eq!((password(&live).as_str(), secrets.health().state), ("two", HealthState::Ok));
    live.fresh(MINUTE).await.expect("fresh");
}

static CALLED_BACK: Mutex<Option<Secrets>> = Mutex::new(None);

#[derive(secrets_runtime::Secret)]
#[secret(id = "db", validate = call_back)]
struct Calling {
    password: String,
}

fn call_back(calling: &Calling) -> Result<(), &'static str> {
    let secrets = CALLED_BACK.lock().expect("whole").clone();
    let _ = secrets.map(|secrets| secrets.health());
    if calling.password.starts_with("bad") { Err("it is bad") } else { Ok(()) }
}

#[test]
fn a_validation_of_what_a_fallback_gave_may_call_back_and_its_refusal_ends() {
    super::within(20 * SECOND, || {
        super::paused().block_on(async {
            let (first, replica) = (Dated::default().with("two", 20), Dated::default().with("bad", 30));
            let secrets = Secrets::builder().refresh(10 * SECOND).build(first.clone().or(replica));
            *CALLED_BACK.lock().expect("whole") = Some(secrets.clone());
            let live = secrets.live::<Calling>().await.expect("live");
            first.fail();
            sleep(2 * MINUTE).await;
            assert_eq!(live.status().last_error.expect("refused").kind(), ErrorKind::Invalid);
            first.clone().with("two", 20);
            sleep(2 * MINUTE).await;
            assert_eq!((live.current().password.as_str(), secrets.health().state), ("two", HealthState::Ok));
            *CALLED_BACK.lock().expect("whole") = None;
        });
    });
}
