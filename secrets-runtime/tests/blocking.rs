//! A program without an async runtime.

use std::time::Duration;

use secrets_runtime::source::Memory;
use secrets_runtime::{ErrorKind, HealthState, Secret, Secrets, blocking};

#[derive(Secret)]
#[secret(id = "db")]
struct Db {
    port: u16,
}

fn port(port: u16) -> String {
    format!(r#"{{"port": {port}}}"#)
}

#[test]
fn a_synchronous_program_loads_and_follows() {
    let source = Memory::new().with("db", port(1));
    let secrets = Secrets::builder().refresh(Duration::from_millis(20)).build(source.clone());
    let secrets = blocking::Secrets::of(secrets).expect("a thread");
    assert_eq!(secrets.load::<Db>().expect("valid").port, 1);
    let db = secrets.live::<Db>().expect("live");
    source.set("db", port(2));
    // No runtime is running here: the background thread polls.
    let mut changes = db.changes();
    let seen = secrets.wait(async move {
        while let Some(db) = changes.next().await {
            if db.port == 2 {
                return true;
            }
        }
        false
    });
    assert!(seen && db.current().port == 2 && secrets.health().state == HealthState::Ok);
    let error = secrets.load_from::<Db>("other").expect_err("it does not exist");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_panic_is_the_caller_s_and_the_thread_goes_on() {
    let secrets = blocking::Secrets::new(Memory::new().with("key", "k-123")).expect("a thread");
    let other = secrets.clone();
    let panicked = std::thread::spawn(move || other.wait(async { panic!("of the test") })).join();
    assert!(panicked.is_err());
    assert_eq!(secrets.load_from::<String>("key").expect("still there"), "k-123");
}

#[test]
fn what_was_live_stays_when_the_thread_has_ended() {
    let secrets = blocking::Secrets::new(Memory::new().with("db", port(1))).expect("a thread");
    let db = secrets.live::<Db>().expect("live");
    drop(secrets);
    assert_eq!(db.current().port, 1);
}
