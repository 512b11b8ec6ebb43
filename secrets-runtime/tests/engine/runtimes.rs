//! Runtimes that end, are not being driven, shut down, or lack timers.

use std::sync::OnceLock;
use std::time::Duration;

use secrets_runtime::{
    ErrorKind, HealthState, Live, Secrets,
    source::{Fetched, Memory, Request, Source, SourceError},
};
use tokio::time::sleep;

use super::{Db, MINUTE, SECOND, db, password, paused, runtime, source, until, within};

#[test]
fn on_a_runtime_that_has_ended_nothing_hangs() {
    within(20 * SECOND, || {
        let secrets = Secrets::new(source());
        let ended = runtime();
        let handle = ended.handle().clone();
        drop(ended);
        let context = handle.enter();
        let pending = secrets.start::<Db>().expect("it may come later");
        assert_eq!(secrets.health().state, HealthState::Unavailable);
        let error = futures_util::FutureExt::now_or_never(secrets.live::<Db>()).expect("at once").expect_err("no task");
        assert!(error.is_transient(), "{error}");
        assert!(error.to_string().contains("shutting down"), "{error}");
        let error = futures_util::FutureExt::now_or_never(secrets.load::<Db>()).expect("at once").map(drop);
        assert!(error.is_err_and(|error| error.is_transient()));
        drop(context);
        // A call on a running runtime restarts it.
        let living = runtime();
        assert_eq!(living.block_on(pending.ready()).current().password, "first");
    });
}

#[test]
fn a_live_secret_that_is_made_while_its_runtime_shuts_down_hangs_nobody() {
    /// Creates a live secret when its task is dropped.
    struct Last(Secrets);

    impl Drop for Last {
        fn drop(&mut self) {
            let _ = self.0.start::<Db>();
            let _ = futures_util::FutureExt::now_or_never(self.0.live::<Db>());
            let _ = self.0.health();
        }
    }

    within(20 * SECOND, || {
        let secrets = Secrets::new(source());
        let ending = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("one");
        let last = Last(secrets.clone());
        ending.spawn(async move {
            let _last = last;
            std::future::pending::<()>().await;
        });
        drop(ending);
        let health = secrets.health();
        assert!(health.state != HealthState::Ok || health.secrets.is_empty(), "{health}");
        runtime().block_on(secrets.live::<Db>()).expect("elsewhere it works");
    });
}

#[test]
fn a_poll_whose_runtime_ends_is_begun_anew_by_those_who_joined_it() {
    within(20 * SECOND, || {
        let source = source();
        let secrets = Secrets::builder().without_background_task().build(source.clone());
        let live = runtime().block_on(secrets.live::<Db>()).expect("live");
        source.delay(Duration::from_millis(300));
        let (first, joining) = (runtime(), live.clone());
        let calls = source.calls();
        let waiting = std::thread::spawn(move || {
            let begun = || source.calls() > calls;
            until("the poll has begun", begun);
            source.set("db", db("second"));
            runtime().block_on(joining.refresh())
        });
        first.block_on(async {
            tokio::select! {
                _ = live.refresh() => panic!("it takes 300 ms"),
                () = sleep(Duration::from_millis(100)) => {}
            }
        });
        drop(first);
        waiting.join().expect("no panic").expect("refreshed");
        assert_eq!(password(&live), "second");
    });
}

#[test]
fn a_runtime_that_is_not_driven_is_seen_by_the_clock() {
    let source = source();
    let secrets = Secrets::builder()
        .refresh(Duration::from_millis(100))
        .call_timeout(Duration::from_millis(100))
        .build(source.clone());
    let parked = runtime();
    let live = parked.block_on(secrets.live::<Db>()).expect("live");
    assert_eq!(secrets.health().state, HealthState::Ok);
    source.set("db", db("second"));
    until("it is degraded", || secrets.health().state == HealthState::Degraded);
    let health = secrets.health();
    assert!(health.is_ready() && health.to_string().contains("overdue"), "{health}");
    let status = live.status();
    assert_eq!((status.state, status.last_error.expect("a reason").kind()), (HealthState::Degraded, ErrorKind::Stale));
    // A caller on another runtime need not wait for the first one.
    let refreshed = runtime().block_on(live.refresh()).expect("refreshed");
    assert_eq!((refreshed, password(&live).as_str()), (secrets_runtime::Refreshed::Changed, "second"));
}

type Call = fn(&'static Live<Db>) -> secrets_runtime::BoxFuture<'static, ()>;

#[test]
fn a_live_secret_in_a_static_follows_from_runtime_to_runtime() {
    static LIVE: OnceLock<(Secrets, Live<Db>)> = OnceLock::new();

    let source = source();
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let first = paused();
    let live = first.block_on(secrets.live::<Db>()).expect("live");
    drop(first);
    let (secrets, live) = LIVE.get_or_init(|| (secrets, live));
    // Any of these calls restarts polling on the next runtime.
    let calls: [(&str, Call); 7] = [
        ("refresh", |live| Box::pin(async { drop(live.refresh().await) })),
        ("fresh", |live| Box::pin(async { drop(live.fresh(SECOND).await) })),
        ("status", |live| Box::pin(async { drop(live.status()) })),
        ("try_map", |live| Box::pin(async { drop(live.try_map(async |_| Ok::<_, &'static str>(())).await) })),
        ("with_previous", |live| Box::pin(async { drop(live.with_previous().await) })),
        ("attempt", |live| {
            Box::pin(async {
                let is_first = std::sync::atomic::AtomicBool::new(true);
                let retry = secrets_runtime::Retry::on(|(): &()| true);
                let attempt = async |_| {
                    let is_first = is_first.swap(false, std::sync::atomic::Ordering::SeqCst);
                    if is_first { Err(()) } else { Ok(()) }
                };
                live.attempt(retry, attempt).await.expect("the second time");
            })
        }),
        ("changes", |live| {
            Box::pin(async {
                let mut changes = live.changes();
                changes.next().await;
                drop(tokio::time::timeout(MINUTE, changes.next()).await);
            })
        }),
    ];
    // Paused runtimes have independent clocks, so each starts ahead of the one before.
    let mut ahead = Duration::ZERO;
    for (name, call) in calls {
        ahead += 10 * MINUTE;
        assert_eq!(secrets.health().state, HealthState::Degraded, "before {name}");
        let next = paused();
        next.block_on(async {
            sleep(ahead).await;
            call(live).await;
            source.set("db", db(name));
            sleep(MINUTE).await;
        });
        assert_eq!(password(live), name);
        assert_eq!(next.block_on(async { secrets.health().state }), HealthState::Ok, "after {name}");
        drop(next);
    }
    // `health()` is such a call, too.
    let next = paused();
    next.block_on(async {
        sleep(ahead + 10 * MINUTE).await;
        let _ = secrets.health();
        source.set("db", db("health"));
        sleep(MINUTE).await;
    });
    assert_eq!(password(live), "health");
}

#[test]
fn a_pending_secret_comes_in_another_runtime() {
    let source = Memory::new();
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let first = paused();
    let pending = first.block_on(async { secrets.start::<Db>().expect("begun") });
    drop(first);
    source.set("db", db("first"));
    assert_eq!(paused().block_on(pending.ready()).current().password, "first");
}

/// Answers after a delay, on the runtime of the caller.
struct Slow(Memory, Duration);

impl Source for Slow {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        sleep(self.1).await;
        self.0.fetch(requests).await
    }
}

#[test]
fn a_future_may_move_from_runtime_to_runtime() {
    let slow = Slow(source(), Duration::from_millis(300));
    let secrets = Secrets::builder().call_timeout(Duration::from_millis(500)).build(slow);
    let (first, second) = (runtime(), runtime());
    let (mut live, mut load) = (secrets.live::<Db>(), secrets.load::<Db>());
    first.block_on(async {
        tokio::select! {
            biased;
            _ = &mut live => panic!("it takes 300 ms"),
            _ = &mut load => panic!("it takes 300 ms"),
            () = sleep(Duration::from_millis(50)) => {}
        }
    });
    // The runtime of the call is not being driven, so the waiting one repeats the call.
    let (live, loaded) = second.block_on(async { (live.await, load.await) });
    assert_eq!(
        (password(&live.expect("live")).as_str(), loaded.expect("loaded").password.as_str()),
        ("first", "first")
    );
}

#[test]
fn without_timers_the_error_says_to_enable_them() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = runtime().block_on(secrets.live::<Db>()).expect("live");
    let without = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    without.block_on(async {
        let errors = [
            secrets.live::<Db>().await.map(drop),
            secrets.start::<Db>().map(drop),
            secrets.load::<Db>().await.map(drop),
            live.refresh().await.map(drop),
            live.fresh(Duration::ZERO).await.map(drop),
            live.with_previous().await.map(drop),
        ];
        for error in errors {
            let error = error.expect_err("no timers");
            assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
            assert!(error.to_string().contains("enable_all"), "{error}");
        }
        assert_eq!(password(&live), "first");
    });
}

#[test]
fn outside_of_a_runtime_the_error_says_so() {
    let secrets = Secrets::new(source());
    let live = runtime().block_on(secrets.live::<Db>()).expect("live");
    let now = |future: secrets_runtime::BoxFuture<'_, Result<(), secrets_runtime::Error>>| {
        futures_util::FutureExt::now_or_never(future).expect("at once").expect_err("no runtime")
    };
    let errors = [
        now(Box::pin(async { secrets.live::<Db>().await.map(drop) })),
        now(Box::pin(async { secrets.load::<Db>().await.map(drop) })),
        now(Box::pin(async { live.refresh().await.map(drop) })),
        now(Box::pin(async { live.fresh(Duration::ZERO).await.map(drop) })),
        now(Box::pin(async { live.with_previous().await.map(drop) })),
        secrets.start::<Db>().map(drop).expect_err("no runtime"),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains("tokio runtime"), "{error}");
    }
}

#[test]
fn a_runtime_without_timers_is_told_apart_while_another_one_polls() {
    within(20 * SECOND, || {
        let source = source();
        let secrets = Secrets::new(source.clone());
        let polling = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one");
        let live = polling.block_on(secrets.live::<Db>()).expect("live");
        source.delay(Duration::from_millis(200));
        let without = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let error = without.block_on(live.refresh()).expect_err("it cannot wait");
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains("enable_all"), "{error}");
    });
}

#[test]
fn those_who_already_wait_bring_the_task_back_when_its_runtime_ends() {
    let polling = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one");
    let source = Memory::new().with("other", db("first"));
    let secrets = Secrets::builder().refresh(Duration::from_millis(50)).build(source.clone());
    let first = polling();
    let (pending, live) = first.block_on(async {
        let live = secrets.live_from::<Db>("other").await.expect("live");
        (secrets.start::<Db>().expect("begun"), live)
    });
    runtime().block_on(async {
        let mut changes = live.changes();
        changes.next().await.expect("the current value");
        let (mut ready, mut next) = (Box::pin(pending.ready()), Box::pin(changes.next()));
        std::future::poll_fn(|context| {
            assert!(ready.as_mut().poll(context).is_pending() && next.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        first.shutdown_background();
        source.set("db", db("comes"));
        source.set("other", db("second"));
        let came = tokio::time::timeout(20 * SECOND, ready).await.expect("it comes");
        assert_eq!(password(&came), "comes");
        let second = tokio::time::timeout(20 * SECOND, next).await.expect("it comes").expect("it is live");
        assert_eq!(second.password, "second");
    });
}
