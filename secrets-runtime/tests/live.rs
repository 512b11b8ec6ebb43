//! Live secrets in paused time, with the source in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use secrets_runtime::{
    ErrorKind, Fetched, HealthState, Live, Memory, Refreshed, Request, Secret, Secrets, Source, SourceError,
};
use tokio::time::{Instant, sleep};

#[derive(Secret, PartialEq)]
#[secret(id = "db", refresh = "5m")]
struct Db {
    #[secret(public)]
    user: String,
    #[secret(public, length(min = 3))]
    password: String,
}

#[derive(Secret)]
#[secret(id = "db", refresh = "1m")]
struct User {
    #[secret(public)]
    user: String,
}

#[derive(Secret)]
#[secret(id = "mail", max_stale = "1h")]
struct Mail {
    #[secret(public)]
    key: u16,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

fn db(password: &str) -> String {
    format!(r#"{{"user": "orders", "password": "{password}"}}"#)
}

fn source() -> Memory {
    Memory::new().with("db", db("first")).with("mail", r#"{"key": 1}"#)
}

fn password(live: &Live<Db>) -> String {
    live.read(|db| db.password.clone())
}

fn unreachable() -> SourceError {
    SourceError::new(ErrorKind::Unreachable, "the test says so")
}

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
    // 120 intervals, give or take a tenth, and the first look.
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
    let secrets = Secrets::builder().refresh(HOUR).source(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    // The task sleeps by now.
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
async fn a_thousand_refreshes_at_once_are_one_fetch() {
    let source = source();
    source.delay(SECOND);
    let secrets = Secrets::builder().without_background_task().source(source.clone());
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
    let secrets = Secrets::builder().without_background_task().source(source.clone());
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
    let twice = pool.try_map(async |pool| Ok::<_, ()>(format!("{} twice", *pool))).await.expect("mapped");
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
        password => Ok::<_, ()>(password.to_owned()),
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

/// Versions with dates, as the service has them.
#[derive(Clone, Default)]
struct Dated(Arc<std::sync::Mutex<Option<Fetched>>>);

impl Dated {
    fn set(&self, version: &str, created: u64) {
        let created = SystemTime::UNIX_EPOCH + Duration::from_secs(created);
        let fetched = Fetched::new(db(version)).version_id(version).created(created);
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
    let secrets = Secrets::builder().refresh(10 * SECOND).source(source.clone());
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

/// As `Dated`, a second late, and counting.
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
async fn an_explicit_refresh_confirms_a_rollback_in_a_look_that_it_joins() {
    let source = Late::default();
    source.0.set("two", 20);
    let secrets = Secrets::builder().refresh(10 * SECOND).source(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.0.set("one", 10);
    let calls = source.1.load(Ordering::Relaxed);
    while source.1.load(Ordering::Relaxed) == calls {
        sleep(SECOND / 10).await;
    }
    assert_eq!(live.refresh().await.expect("refreshed"), Refreshed::Changed);
    assert_eq!((password(&live), source.1.load(Ordering::Relaxed)), ("one".to_owned(), calls + 1));
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

#[tokio::test(start_paused = true)]
async fn fresh_asks_only_if_it_has_to_and_is_an_error_if_it_cannot() {
    let source = source();
    let secrets = Secrets::builder().without_background_task().source(source.clone());
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
    assert_eq!(secrets.health().state, HealthState::Ok);
    sleep(2 * MINUTE).await;
    assert_eq!(secrets.health().state, HealthState::Degraded, "stale");
    let error = live.fresh(2 * HOUR).await.expect_err("stale");
    assert_eq!(error.kind(), ErrorKind::Stale);
    assert!(error.to_string().contains("because") && error.is_transient(), "{error}");
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
    assert!(error.to_string().contains("key: expected an integer"), "{error}");
}

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
    let strict = Secrets::builder().start_on_current_only().source(source.clone());
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

#[test]
fn outside_of_a_runtime_live_is_an_error() {
    let secrets = Secrets::new(source());
    let mut live = secrets.live::<Db>();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match live.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains("tokio runtime"), "{error}");
        }
        _ => panic!("expected an error at once"),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

#[test]
fn when_the_runtime_goes_first_the_value_stays_and_health_tells() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let first = runtime();
    let live = first.block_on(secrets.live::<Db>()).expect("live");
    let mut changes = live.changes();
    drop(first);
    assert_eq!(password(&live), "first");
    let health = secrets.health();
    assert!(health.is_task_dead && health.state == HealthState::Degraded, "{health}");
    // Another runtime: what is asked for is done, and a new `live` brings the task back.
    source.set("db", db("second"));
    let second = runtime();
    second.block_on(async {
        changes.next().await.expect("the current value");
        assert!(changes.next().await.is_none(), "none will come");
        sleep(10 * SECOND).await;
        assert_eq!(live.refresh().await.expect("refreshed"), Refreshed::Changed);
        let mail = secrets.live::<Mail>().await.expect("live");
        assert_eq!(secrets.health().state, HealthState::Ok);
        source.set("db", db("third"));
        sleep(6 * MINUTE).await;
        assert_eq!(password(&live), "third");
        drop(mail);
    });
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_with_the_last_handle() {
    let source = source();
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let pool = live.try_map(async |db| Ok::<_, ()>(db.password.clone())).await.expect("mapped");
    assert_eq!(tasks(), before + 1);
    drop((secrets, live));
    source.set("db", db("second"));
    sleep(6 * MINUTE).await;
    assert_eq!(*pool.current(), "second", "what is derived keeps the secret fresh");
    drop(pool);
    sleep(SECOND).await;
    assert_eq!(tasks(), before);
    let calls = source.calls();
    sleep(HOUR).await;
    assert_eq!(source.calls(), calls);
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

#[tokio::test(start_paused = true)]
async fn two_types_of_one_secret_are_one_request() {
    /// Counts what is asked for, one request a call.
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

/// Fetches twenty at a time.
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
