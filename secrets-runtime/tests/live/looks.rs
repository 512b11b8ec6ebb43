//! When secrets are polled, and in how many calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use secrets_runtime::{
    HealthState, Refreshed, Secret, Secrets,
    source::{Fetched, Memory, Request, Source, SourceError},
};
use tokio::time::sleep;

use super::{Db, HOUR, MINUTE, Mail, SECOND, User, db, password, source};

#[tokio::test(start_paused = true)]
async fn a_new_version_is_in_use_within_an_interval() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    assert_eq!(password(&live), "first");
    source.set("db", db("second"));
    sleep(6 * MINUTE).await;
    assert_eq!(password(&live), "second");
    assert_eq!(secrets.health().state, HealthState::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_looked_at_once_an_interval_and_not_parsed_unless_it_changed() {
    static PARSED: AtomicUsize = AtomicUsize::new(0);

    #[derive(Secret)]
    #[secret(id = "counted", validate = count)]
    struct Counted {}

    #[allow(clippy::unnecessary_wraps, reason = "the signature of a judge")]
    fn count(_: &Counted) -> Result<(), &'static str> {
        PARSED.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    let source = source().with("counted", "{}");
    let secrets = Secrets::new(source.clone());
    let _live = secrets.live::<Counted>().await.expect("live");
    sleep(10 * HOUR).await;
    // 120 intervals with 10 % jitter, and the first poll.
    assert!((109..=134).contains(&source.calls()), "{}", source.calls());
    assert_eq!(PARSED.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_due_together_goes_out_together() {
    let mut source = Memory::new();
    for number in 0..100 {
        source = source.with(format!("db/{number}"), db("first"));
    }
    let secrets = Secrets::new(source.clone());
    let mut lives = Vec::new();
    for number in 0..100 {
        lives.push(secrets.live_from::<Db>(format!("db/{number}")).await.expect("live"));
    }
    let before = source.calls();
    sleep(HOUR).await;
    assert!((10..=14).contains(&(source.calls() - before)), "{}", source.calls() - before);
}

#[tokio::test(start_paused = true)]
async fn two_types_share_one_look_and_the_shorter_interval() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let (db, user) = secrets.live_all::<(Db, User)>().await.expect("live");
    assert_eq!(source.calls(), 1);
    assert_eq!((password(&db), user.read(|user| user.user.clone())), ("first".to_owned(), "orders".to_owned()));
    sleep(HOUR).await;
    assert!((54..=68).contains(&source.calls()), "{}", source.calls());
    drop(user);
    let before = source.calls();
    sleep(HOUR).await;
    assert!((10..=16).contains(&(source.calls() - before)), "{}", source.calls() - before);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_refreshes_at_once_are_one_fetch() {
    let source = source();
    source.delay(SECOND);
    let secrets = Secrets::builder().without_background_task().build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    sleep(10 * SECOND).await;
    source.set("db", db("second"));
    let before = source.calls();
    let refreshes: Vec<_> = (0..1_000)
        .map(|_| {
            let live = live.clone();
            tokio::spawn(async move { live.refresh().await })
        })
        .collect();
    for refresh in refreshes {
        assert_eq!(refresh.await.expect("no panic").expect("refreshed"), Refreshed::Changed);
    }
    assert_eq!(source.calls() - before, 1);
    assert_eq!(live.refresh().await.expect("refreshed"), Refreshed::Recent);
    sleep(5 * SECOND).await;
    assert_eq!(live.refresh().await.expect("refreshed"), Refreshed::Unchanged);
    assert_eq!(source.calls() - before, 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_dropped_leaves_the_look_to_the_others() {
    let source = source();
    let secrets = Secrets::builder().without_background_task().build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    sleep(10 * SECOND).await;
    source.delay(SECOND);
    source.set("db", db("second"));
    let dropped = tokio::time::timeout(SECOND / 2, live.refresh());
    let kept = live.refresh();
    let (dropped, kept) = tokio::join!(dropped, kept);
    assert!(dropped.is_err());
    assert_eq!(kept.expect("refreshed"), Refreshed::Changed);
    assert_eq!(source.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_slow_secret_holds_up_no_other() {
    struct Slow(Memory);

    impl Source for Slow {
        async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
            if requests.iter().any(|request| request.id() == "db") && self.0.calls() > 2 {
                sleep(HOUR).await;
            }
            self.0.fetch(requests).await
        }
    }

    let memory = source();
    let secrets = Secrets::new(Slow(memory.clone()));
    let (_db, mail) = secrets.live_all::<(Db, Mail)>().await.expect("live");
    memory.fetch(&[]).await;
    sleep(10 * MINUTE).await;
    memory.set("mail", r#"{"key": 2}"#);
    sleep(6 * MINUTE).await;
    assert_eq!(mail.current().key, 2);
}

#[tokio::test(start_paused = true)]
async fn two_types_of_one_secret_are_one_request() {
    /// Counts the requests, and accepts one per call.
    #[derive(Clone)]
    struct Counted(Memory, Arc<AtomicUsize>);

    impl Source for Counted {
        async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
            self.1.fetch_add(requests.len(), Ordering::SeqCst);
            self.0.fetch(requests).await
        }
    }

    let source = Counted(source(), Arc::default());
    let secrets = Secrets::new(source.clone());
    let (_db, _user, _mail) = secrets.live_all::<(Db, User, Mail)>().await.expect("live");
    assert_eq!(source.1.load(Ordering::SeqCst), 2);
}

/// A source that fetches twenty secrets per call.
#[derive(Clone)]
struct Twenty(Memory);

impl Source for Twenty {
    fn batch_size(&self) -> usize {
        20
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        assert!(requests.len() <= 20);
        self.0.fetch(requests).await
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_secrets_have_one_task_and_a_poll_is_one_call_per_twenty() {
    let memory = Memory::new();
    let ids: Vec<String> = (0..10_001).map(|number| format!("many/{number}")).collect();
    for id in &ids {
        memory.set(id, db("first"));
    }
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let secrets = Secrets::new(Twenty(memory.clone()));
    let lives = secrets.live_many::<Db>(&ids).await.expect("live");
    assert_eq!((lives.len(), memory.calls(), tasks() - before), (10_001, 501, 1));
    sleep(HOUR).await;
    let (polls, rest) = ((memory.calls() - 501) / 501, (memory.calls() - 501) % 501);
    assert!(rest == 0 && (10..=14).contains(&polls), "{polls} polls and {rest} calls");
    assert!(lives.iter().all(|live| live.status().state == HealthState::Ok));
}
