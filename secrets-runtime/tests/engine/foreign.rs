//! User code that calls back into the library or panics.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use secrets_runtime::{ErrorKind, HealthState, Live, Secret, Secrets};
use tokio::time::sleep;

use super::{Db, MINUTE, SECOND, db, password, source, within};

/// A `tracing` subscriber that reads the health on every event.
struct Asking(Mutex<Option<Secrets>>, Arc<AtomicUsize>);

impl tracing::Subscriber for Asking {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "secrets_runtime"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        let secrets = self.0.lock().expect("whole").clone();
        if let Some(secrets) = secrets {
            let health = secrets.health();
            self.1.fetch_add(health.secrets.len(), Ordering::SeqCst);
        }
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn a_tracing_layer_may_ask_for_the_health() {
    within(20 * SECOND, || {
        let asked = Arc::new(AtomicUsize::new(0));
        let source = source();
        let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
        let subscriber = Asking(Mutex::new(Some(secrets.clone())), Arc::clone(&asked));
        // While there is only one subscriber, the thread that reaches a call site first decides whether it is enabled.
        let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
        tracing::subscriber::with_default(subscriber, || {
            let runtime = super::paused();
            runtime.block_on(async {
                let live = secrets.live::<Db>().await.expect("live");
                let mapped = live.try_map(async |db| if db.password == "bad" { Err("bad") } else { Ok(()) });
                let _mapped = mapped.await.expect("mapped");
                // Published, refused by the type, refused by the closure, failed, recovered, rolled back.
                for document in [db("second"), "{}".to_owned(), db("bad"), db("third")] {
                    source.set("db", document);
                    sleep(MINUTE).await;
                }
                source.fail("db", super::unreachable());
                sleep(MINUTE).await;
                source.set("db", db("fourth"));
                sleep(MINUTE).await;
                assert_eq!(password(&live), "fourth");
            });
            // Dropping the runtime ends the task, which logs an event.
            drop(runtime);
        });
        assert!(asked.load(Ordering::SeqCst) >= 6, "{} events", asked.load(Ordering::SeqCst));
    });
}

/// A value whose destructor calls back and may panic.
struct Calling(Secrets, Arc<AtomicUsize>);

impl Drop for Calling {
    fn drop(&mut self) {
        let _ = self.0.health();
        self.1.fetch_add(1, Ordering::SeqCst);
        assert!(self.1.load(Ordering::SeqCst) != 2, "of the test");
    }
}

#[test]
fn the_destructor_of_a_value_may_call_back_and_panic() {
    within(20 * SECOND, || {
        let dropped = Arc::new(AtomicUsize::new(0));
        let source = source();
        let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
        super::paused().block_on(async {
            let live = secrets.live::<Db>().await.expect("live");
            let (inner, counted) = (secrets.clone(), Arc::clone(&dropped));
            let mapped = live.try_map(move |_| {
                let value = Calling(inner.clone(), Arc::clone(&counted));
                async move { Ok::<_, &'static str>(value) }
            });
            let mapped = mapped.await.expect("mapped");
            for password in ["second", "third", "fourth"] {
                source.set("db", db(password));
                sleep(MINUTE).await;
            }
            assert_eq!((password(&live).as_str(), dropped.load(Ordering::SeqCst)), ("fourth", 3));
            assert_eq!(secrets.health().state, HealthState::Ok, "{}", secrets.health());
            drop(mapped);
        });
    });
}

static PANICS: AtomicBool = AtomicBool::new(false);

#[derive(Secret)]
#[secret(id = "db", validate = may_panic)]
struct Touchy {
    password: String,
}

fn may_panic(touchy: &Touchy) -> Result<(), &'static str> {
    assert!(touchy.password != "Xq7canary", "of the test");
    if PANICS.load(Ordering::SeqCst) { Err("it is not that time") } else { Ok(()) }
}

struct Panics;

impl std::str::FromStr for Panics {
    type Err = std::convert::Infallible;

    fn from_str(_: &str) -> Result<Self, Self::Err> {
        panic!("of the test")
    }
}

#[derive(Secret)]
#[secret(id = "db")]
#[expect(dead_code, reason = "it is never read")]
struct Parsed {
    #[secret(from_str)]
    password: Panics,
}

#[tokio::test(start_paused = true)]
async fn a_validation_that_panics_is_a_refusal_wherever_a_value_is_read() {
    let document = db("Xq7canary");
    let source = source();
    source.set("db", document.clone());
    let secrets = Secrets::builder().start_on_current_only().build(source);
    let errors = [
        Touchy::from_json(&document).map(drop),
        Parsed::from_json(&document).map(drop),
        secrets.load::<Touchy>().await.map(drop),
        secrets.load::<Parsed>().await.map(drop),
        secrets.load_from::<Touchy>("db").await.map(drop),
        secrets.load_many::<Touchy>(["db"]).await.map(drop),
        secrets.load_all::<(Touchy,)>().await.map(drop),
        secrets.live::<Touchy>().await.map(drop),
        secrets.live::<Parsed>().await.map(drop),
        secrets.live_all::<(Touchy,)>().await.map(drop),
    ];
    for error in errors {
        let error = error.expect_err("it panics");
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        assert!(!error.is_transient() && !error.to_string().contains("canary"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_live_secret_that_is_dropped_by_its_own_closure_harms_nobody() {
    let source = source();
    let secrets = Secrets::builder().refresh(10 * SECOND).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let kept: Arc<Mutex<Option<Live<()>>>> = Arc::default();
    let inner = Arc::clone(&kept);
    let mapped = live.try_map(move |_| {
        drop(inner.lock().expect("whole").take());
        async { Ok::<_, &'static str>(()) }
    });
    *kept.lock().expect("whole") = Some(mapped.await.expect("mapped"));
    source.set("db", db("second"));
    sleep(MINUTE).await;
    assert_eq!(password(&live), "second");
    assert!(kept.lock().expect("whole").is_none());
}
