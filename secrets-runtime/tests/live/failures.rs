//! Versions that cannot be used, and sources without any version.

use secrets_runtime::{
    ErrorKind, HealthState, Secret, Secrets,
    source::{Fetched, Memory, Request, Source, SourceError},
};
use tokio::time::sleep;

use super::{Db, HOUR, MINUTE, SECOND, User, db, password, source, unreachable};

#[tokio::test(start_paused = true)]
async fn a_refused_version_keeps_the_last_good_value_and_is_looked_at_again_within_a_minute() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.set("db", db("x"));
    sleep(6 * MINUTE).await;
    assert_eq!(password(&live), "first");
    let status = live.status();
    assert_eq!(status.last_error.expect("refused").kind(), ErrorKind::Invalid);
    assert_eq!(status.refused_version_id.as_deref(), Some("memory-3"));
    assert!(status.next_refresh.expect("planned") <= MINUTE);
    assert_eq!(status.state, HealthState::Degraded);
    let health = secrets.health();
    assert!(health.is_ready() && health.state == HealthState::Degraded, "{health}");
    source.set("db", db("third"));
    sleep(MINUTE + SECOND).await;
    assert_eq!(password(&live), "third");
    assert_eq!(secrets.health().state, HealthState::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_an_explicit_look_refuses_is_looked_at_again_within_a_minute() {
    let source = source();
    let secrets = Secrets::builder().refresh(HOUR).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    // By now the task sleeps.
    sleep(SECOND).await;
    source.set("db", "{}");
    live.refresh().await.expect_err("refused");
    source.set("db", db("mended"));
    sleep(MINUTE + SECOND).await;
    assert_eq!(password(&live), "mended");
}

#[tokio::test(start_paused = true)]
async fn each_type_refuses_for_itself() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let (db, user) = secrets.live_all::<(Db, User)>().await.expect("live");
    source.set("db", r#"{"user": "other", "password": "x"}"#);
    sleep(2 * MINUTE).await;
    assert_eq!((password(&db), user.read(|user| user.user.clone())), ("first".to_owned(), "other".to_owned()));
    assert_eq!((db.status().state, user.status().state), (HealthState::Degraded, HealthState::Ok));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_survived_and_ends_within_a_minute() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.fail("db", unreachable());
    sleep(HOUR).await;
    assert_eq!(password(&live), "first");
    let status = live.status();
    assert_eq!(status.last_error.expect("failing").kind(), ErrorKind::Unreachable);
    assert!(status.failures > 30 && status.age > 50 * MINUTE, "{} failures, {:?}", status.failures, status.age);
    assert!(status.next_refresh.expect("planned") <= MINUTE);
    source.set("db", db("second"));
    sleep(MINUTE + SECOND).await;
    assert_eq!((password(&live), live.status().failures), ("second".to_owned(), 0));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_panics_is_a_failing_source() {
    struct Panics(Memory);

    impl Source for Panics {
        async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
            assert!(self.0.calls() != 1, "of the test");
            self.0.fetch(requests).await
        }
    }

    let memory = source();
    let secrets = Secrets::new(Panics(memory.clone()));
    let live = secrets.live::<Db>().await.expect("live");
    sleep(10 * MINUTE).await;
    assert_eq!(live.status().last_error.expect("failing").kind(), ErrorKind::Service);
    memory.set("db", db("second"));
    memory.fetch(&[]).await;
    sleep(2 * MINUTE).await;
    assert_eq!(password(&live), "second");
}

#[derive(Secret)]
#[secret(id = "db", validate = panic_over_it)]
struct Touchy {
    password: String,
}

#[allow(clippy::unnecessary_wraps, reason = "the signature of a judge")]
fn panic_over_it(touchy: &Touchy) -> Result<(), &'static str> {
    assert!(touchy.password != "Xq7canary", "the test says so");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_judge_that_panics_refuses_the_version_for_its_own_type() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let document = db("Xq7canary");
    let (db, touchy) = secrets.live_all::<(Db, Touchy)>().await.expect("live");
    source.set("db", document);
    sleep(6 * MINUTE).await;
    assert_eq!(password(&db), "Xq7canary", "the other type has no objection");
    assert_eq!(touchy.current().password, "first");
    let status = touchy.status();
    let error = status.last_error.as_ref().expect("refused");
    assert_eq!((error.kind(), status.failures), (ErrorKind::Refused, 0));
    assert!(!format!("{error} {status:?} {}", secrets.health()).contains("canary"));
    assert_eq!(secrets.health().state, HealthState::Degraded);

    let restarted = secrets.live::<Touchy>().await.expect("the version before is good");
    assert_eq!(restarted.current().password, "first");
}
