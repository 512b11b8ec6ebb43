//! The background task and the runtime that it runs on.

use secrets_runtime::{ErrorKind, HealthState, Refreshed, Secrets};
use tokio::time::sleep;

use super::{Db, HOUR, MINUTE, Mail, SECOND, db, password, source};

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
fn when_the_runtime_goes_first_the_value_stays_health_tells_and_any_call_in_another_brings_the_task_back() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let first = runtime();
    let live = first.block_on(secrets.live::<Db>()).expect("live");
    let mut changes = live.changes();
    drop(first);
    assert_eq!(password(&live), "first");
    let health = secrets.health();
    assert!(health.is_task_dead && health.state == HealthState::Degraded, "{health}");
    // On another runtime, waiting for a new version restarts the task.
    source.set("db", db("second"));
    let second = runtime();
    second.block_on(async {
        changes.next().await.expect("the current value");
        assert_eq!(changes.next().await.expect("the next value").password, "second");
        assert_eq!(secrets.health().state, HealthState::Ok, "{}", secrets.health());
        sleep(10 * SECOND).await;
        source.set("db", db("third"));
        assert_eq!(live.refresh().await.expect("refreshed"), Refreshed::Changed);
        let mail = secrets.live::<Mail>().await.expect("live");
        assert_eq!(secrets.health().state, HealthState::Ok, "{}", secrets.health());
        source.set("db", db("fourth"));
        sleep(6 * MINUTE).await;
        assert_eq!(password(&live), "fourth");
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
    let pool = live.try_map(async |db| Ok::<_, &'static str>(db.password.clone())).await.expect("mapped");
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
