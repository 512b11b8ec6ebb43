//! The values that readers see.

use std::time::Duration;

use secrets_runtime::{ErrorKind, HealthState, Live, Refreshed, Secrets};
use tokio::time::sleep;

use super::{Db, HOUR, MINUTE, Mail, db, source, unreachable};

#[tokio::test(start_paused = true)]
async fn changes_yields_the_current_value_then_each_new_one_and_the_newest_of_several() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let mut changes = live.changes();
    assert_eq!(changes.next().await.expect("current").password, "first");
    for password in ["second", "third"] {
        source.set("db", db(password));
        sleep(6 * MINUTE).await;
    }
    assert_eq!(changes.next().await.expect("newest").password, "third");
    source.set("db", db("fourth"));
    assert_eq!(changes.next().await.expect("next").password, "fourth");
}

#[tokio::test(start_paused = true)]
async fn fresh_asks_only_if_it_has_to_and_is_an_error_if_it_cannot() {
    let source = source();
    let secrets = Secrets::builder().without_background_task().build(source.clone());
    let live = secrets.live::<Mail>().await.expect("live");
    live.fresh(MINUTE).await.expect("fresh");
    assert_eq!(source.calls(), 1);
    source.set("mail", r#"{"key": 2}"#);
    sleep(2 * MINUTE).await;
    assert_eq!(live.fresh(MINUTE).await.expect("fresh").key, 2);
    assert_eq!(source.calls(), 2);
    source.fail("mail", unreachable());
    sleep(59 * MINUTE).await;
    live.fresh(2 * HOUR).await.expect("within what the declaration allows");
    assert_eq!(secrets.health().state, HealthState::Degraded);
    sleep(2 * MINUTE).await;
    assert_eq!(secrets.health().state, HealthState::Degraded, "stale");
    let error = live.fresh(2 * HOUR).await.expect_err("stale");
    assert_eq!(error.kind(), ErrorKind::Stale);
    assert!(error.is_transient() && !error.to_string().contains("could not be reached"), "{error}");
    let cause = std::error::Error::source(&error).expect("why it is stale").to_string();
    assert!(cause.contains("could not be reached") && format!("{error:#}").contains("\nbecause: secret"), "{error:#}");
    let calls = source.calls();
    live.fresh(2 * HOUR).await.expect_err("stale");
    assert_eq!(source.calls(), calls, "a failing source is not asked by every call");
    assert_eq!(live.current().key, 2);
}

#[tokio::test(start_paused = true)]
async fn a_refused_version_ages_what_is_served() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Mail>().await.expect("live");
    source.set("mail", r#"{"key": "x"}"#);
    sleep(2 * HOUR).await;
    let error = live.fresh(HOUR).await.expect_err("the newest is refused");
    assert_eq!(error.kind(), ErrorKind::Stale);
    assert!(format!("{error:#}").contains("key: expected an integer"), "{error:#}");
}

#[tokio::test(start_paused = true)]
async fn verifiers_get_the_current_version_and_the_one_before() {
    let source = source();
    source.set("db", db("second"));
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let both = live.with_previous().await.expect("both");
    let passwords = || both.read(|both| both.iter().map(|db| db.password.clone()).collect::<Vec<_>>());
    assert_eq!(passwords(), ["second", "first"]);
    source.set("db", db("third"));
    sleep(6 * MINUTE).await;
    assert_eq!(passwords(), ["third", "second"]);
    let mail = secrets.live::<Mail>().await.expect("live").with_previous().await.expect("one");
    assert!(mail.current().previous.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_previous_version_that_cannot_be_read_is_an_error_and_not_none() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.fail("db", unreachable());
    let error = live.with_previous().await.map(|_| ()).expect_err("nobody knows whether there is one");
    assert_eq!(error.kind(), ErrorKind::Unreachable);
}

#[tokio::test(start_paused = true)]
async fn reading_allocates_nothing() {
    let live = Secrets::new(source()).live::<Db>().await.expect("live");
    drop(live.current());
    let counted = allocation_counter::measure(|| {
        for _ in 0..1_000 {
            assert_eq!(live.read(|db| db.password.len()), live.current().password.len());
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[tokio::test(start_paused = true)]
async fn a_fixed_value_stays() {
    let live = Live::fixed(7);
    assert_eq!((*live.current(), *live.fresh(Duration::ZERO).await.expect("fixed")), (7, 7));
    assert_eq!(live.refresh().await.expect("fixed"), Refreshed::Unchanged);
    let mut changes = live.changes();
    assert_eq!(changes.next().await.map(|value| *value), Some(7));
    assert!(changes.next().await.is_none());
}
