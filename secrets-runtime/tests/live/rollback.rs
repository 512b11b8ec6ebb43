//! Versions that are older than the published one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use secrets_runtime::{
    Refreshed, Secrets,
    source::{Fetched, Request, Source, SourceError},
};
use tokio::time::sleep;

use super::{Db, HOUR, SECOND, db, password, unreachable};

/// Versions with creation dates, like the service's.
#[derive(Clone, Default)]
struct Dated(Arc<std::sync::Mutex<Option<Fetched>>>);

impl Dated {
    fn set(&self, version: &str, created: u64) {
        let created = SystemTime::UNIX_EPOCH + Duration::from_secs(created);
        let fetched = Fetched::new(db(version)).with_version_id(version).with_created(created);
        *self.0.lock().expect("whole") = Some(fetched);
    }
}

impl Source for Dated {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let fetched = self.0.lock().expect("whole").clone().ok_or_else(unreachable);
        requests.iter().map(|_| fetched.clone()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn an_echo_of_the_old_version_is_not_published_and_a_rollback_is() {
    let source = Dated::default();
    source.set("two", 20);
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.set("one", 10);
    sleep(11 * SECOND).await;
    assert_eq!(password(&live), "two", "an echo");
    source.set("two", 20);
    sleep(HOUR).await;
    assert_eq!(password(&live), "two");
    source.set("one", 10);
    sleep(40 * SECOND).await;
    assert_eq!(password(&live), "one", "a rollback");
    source.set("zero", 5);
    sleep(11 * SECOND).await;
    assert_eq!(password(&live), "one", "an echo again");
    while live.refresh().await.expect("refreshed") == Refreshed::Recent {
        sleep(SECOND).await;
    }
    assert_eq!(password(&live), "zero", "an explicit refresh confirms");
}

/// Like `Dated`, with a delay of a second, and counts calls.
#[derive(Clone, Default)]
struct Late(Dated, Arc<AtomicUsize>);

impl Source for Late {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        sleep(SECOND).await;
        self.0.fetch(requests).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_joins_a_poll_confirms_a_rollback_with_one_of_its_own() {
    let source = Late::default();
    source.0.set("two", 20);
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.0.set("one", 10);
    let calls = source.1.load(Ordering::Relaxed);
    while source.1.load(Ordering::Relaxed) == calls {
        sleep(SECOND / 10).await;
    }
    assert_eq!(live.refresh().await.expect("refreshed"), Refreshed::Changed);
    // The poll that it joined started before the call, so it cannot confirm that the older version is intended.
    assert_eq!((password(&live), source.1.load(Ordering::Relaxed)), ("one".to_owned(), calls + 2));
}

#[tokio::test(start_paused = true)]
async fn a_rollback_is_confirmed_seconds_after_it_was_seen_and_not_an_interval_later() {
    let source = Late::default();
    source.0.set("two", 20);
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.0.set("one", 10);
    let calls = source.1.load(Ordering::Relaxed);
    while source.1.load(Ordering::Relaxed) == calls {
        sleep(SECOND / 10).await;
    }
    sleep(10 * SECOND).await;
    assert_eq!(password(&live), "two", "seen once");
    sleep(8 * SECOND).await;
    assert_eq!(password(&live), "one", "seen again after fifteen seconds");
}
