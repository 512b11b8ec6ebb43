//! `attempt` in paused time: requests that outlast a rotation, and a single prober for all callers.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use secrets_runtime::{Live, Retry, Secret, Secrets, Snapshot, source::Memory};
use tokio::time::sleep;

#[derive(Secret)]
#[secret(id = "db")]
struct Db {
    password: String,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn db(password: &str) -> String {
    format!(r#"{{"password": "{password}"}}"#)
}

fn source() -> Memory {
    Memory::new().with("db", db("first"))
}

fn password(live: &Live<Db>) -> String {
    live.read(|db| db.password.clone())
}

#[derive(Debug, PartialEq)]
enum Failure {
    Authentication,
    Other,
}

fn is_authentication(failure: &Failure) -> bool {
    *failure == Failure::Authentication
}

/// A database that accepts one password.
#[derive(Clone)]
struct Database {
    accepts: Arc<std::sync::Mutex<String>>,
    rejected: Arc<AtomicUsize>,
}

impl Database {
    fn new(password: &str) -> Self {
        Self { accepts: Arc::new(password.to_owned().into()), rejected: Arc::default() }
    }

    fn accept(&self, password: &str) {
        password.clone_into(&mut self.accepts.lock().expect("whole"));
    }

    fn log_in(&self, db: &Db) -> Result<(), Failure> {
        if db.password == *self.accepts.lock().expect("whole") {
            return Ok(());
        }
        self.rejected.fetch_add(1, Ordering::SeqCst);
        Err(Failure::Authentication)
    }

    fn run(&self, live: &Live<Db>) -> impl Future<Output = Result<(), Failure>> + Send + use<> {
        let (database, live) = (self.clone(), live.clone());
        let retry = Retry::on(is_authentication).within(MINUTE);
        async move {
            live.attempt(retry, |db| async {
                let db = db;
                database.log_in(&db)
            })
            .await
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_outlasts_the_window_of_a_rotation() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let database = Database::new("first");
    database.run(&live).await.expect("in");
    // The database changes the password 20 s before the version becomes current.
    database.accept("second");
    let finish = async {
        sleep(20 * SECOND).await;
        source.set("db", db("second"));
    };
    let (outcome, ()) = tokio::join!(database.run(&live), finish);
    outcome.expect("in");
    assert_eq!(password(&live), "second");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_attempts_at_once_have_one_prober_and_one_fetch() {
    let source = source();
    let secrets = Secrets::builder().without_background_task().build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    sleep(10 * SECOND).await;
    let database = Database::new("second");
    source.set("db", db("second"));
    source.delay(SECOND);
    let before = source.calls();
    let attempts: Vec<_> = (0..1_000).map(|_| tokio::spawn(database.run(&live))).collect();
    for attempt in attempts {
        attempt.await.expect("no panic").expect("in");
    }
    assert_eq!(source.calls() - before, 1);
    let rejected = database.rejected.load(Ordering::SeqCst);
    assert!(rejected <= 1_000, "each found out once: {rejected}");
}

#[tokio::test(start_paused = true)]
async fn while_somebody_probes_nobody_else_knocks() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let database = Database::new("never");
    let first = tokio::spawn(database.run(&live));
    sleep(SECOND / 2).await;
    let others: Vec<_> = (0..100).map(|_| tokio::spawn(database.run(&live))).collect();
    sleep(50 * SECOND).await;
    let rejected = database.rejected.load(Ordering::SeqCst);
    assert!((5..40).contains(&rejected), "{rejected}");
    assert_eq!(first.await.expect("no panic"), Err(Failure::Authentication));
    for other in others {
        assert_eq!(other.await.expect("no panic"), Err(Failure::Authentication));
    }
}

#[tokio::test(start_paused = true)]
async fn other_failures_are_nobodys_business() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let outcome = live.attempt(Retry::on(is_authentication), async |_| Err::<(), _>(Failure::Other)).await;
    assert_eq!((outcome, source.calls()), (Err(Failure::Other), 1));
}

#[tokio::test(start_paused = true)]
async fn a_pending_version_is_tried_if_that_is_asked_for_and_published_to_nobody() {
    let source = source();
    let secrets = Secrets::new(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    source.set_stage("db", "AWSPENDING", db("coming"));
    let database = Database::new("coming");
    let retry = Retry::on(is_authentication).try_pending();
    live.attempt(retry, async |db: Snapshot<Db>| database.log_in(&db)).await.expect("in");
    assert_eq!(password(&live), "first");
}
