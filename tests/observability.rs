//! What an operator sees of refused versions and failing polls: log lines and metrics.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use metrics_exporter_prometheus::PrometheusBuilder;
use secrets_runtime::source::{Fetched, Memory, Request, Source, SourceError};
use secrets_runtime::{Live, Secret, Secrets, Snapshot};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

/// Part of every value, so that a leak is detected.
const CANARY: &str = "Xq7canaryXq7";

#[derive(Secret)]
#[secret(id = "db", refresh = "10s")]
struct Db {
    #[secret(length(min = 12))]
    password: String,
}

fn document(nth: u32) -> String {
    format!(r#"{{"password": "{CANARY}-{nth}"}}"#)
}

/// Collects log lines.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// How many lines contain this text.
    fn count(&self, what: &str) -> usize {
        let text = self.0.lock().expect("whole");
        String::from_utf8_lossy(&text).lines().filter(|line| line.contains(what)).count()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Runs in paused time on this thread, and collects its log lines and metrics.
fn observe(program: &impl AsyncFn(&Log, &dyn Fn() -> String)) {
    static ALONE: Mutex<()> = Mutex::new(());

    // One metric is global to the process.
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime");
    tracing::subscriber::with_default(subscriber, || {
        metrics::with_local_recorder(&recorder, || runtime.block_on(program(&log, &|| handle.render())));
    });
    let told = format!("{}{}", String::from_utf8_lossy(&log.0.lock().expect("whole")), handle.render());
    assert!(!told.to_lowercase().contains("canary"), "{told}");
}

async fn live(source: &Memory) -> (Secrets, Live<Db>) {
    let secrets = Secrets::new(source.clone());
    let live = secrets.live().await.expect("live");
    (secrets, live)
}

/// Sleeps for several poll intervals.
async fn a_while() {
    tokio::time::sleep(Duration::from_mins(2)).await;
}

#[test]
fn a_refused_version_is_logged_once_and_counted_at_each_look() {
    observe(&async |log, figures| {
        let source = Memory::new().with("db", document(0));
        let (_secrets, live) = live(&source).await;
        let refusals: [(&str, &dyn Fn()); 3] = [
            ("is binary", &|| source.set_binary("db")),
            ("is not the JSON", &|| source.set("db", format!("password={CANARY}"))),
            ("1 violation", &|| source.set("db", format!(r#"{{"passwort": "{CANARY}"}}"#))),
        ];
        for (nth, (told, refuse)) in (1..).zip(refusals) {
            refuse();
            a_while().await;
            assert_eq!(log.count("a version is refused"), nth, "{told}");
            assert_eq!(log.count(told), 1);
            assert!(figures().contains(r#"secrets_refused{id="db"} 1"#), "{}", figures());
            assert!(figures().contains(r#"secrets_refresh_total{id="db",outcome="refused"}"#), "{}", figures());
            source.set("db", document(nth.try_into().expect("few")));
            a_while().await;
            assert_eq!(live.status().last_error.map(drop), None);
            assert!(figures().contains(r#"secrets_refused{id="db"} 0"#), "{}", figures());
        }
        source.set_binary("db");
        a_while().await;
        source.set_binary("db");
        a_while().await;
        assert_eq!(log.count("is binary"), 3, "another binary version is another refusal");
        assert!(!figures().contains(r#"outcome="failed""#), "{}", figures());
    });
}

#[test]
fn a_new_version_is_logged_once_however_much_is_derived_from_it() {
    observe(&async |log, _| {
        let source = Memory::new().with("db", document(0));
        let (_secrets, live) = live(&source).await;
        let derived = live.try_map(async |db| Ok::<_, &'static str>(db.password.len())).await.expect("derived");
        source.set("db", document(1));
        a_while().await;
        assert_eq!(derived.current().to_string(), (CANARY.len() + 2).to_string());
        assert_eq!(log.count("a new version is in use"), 1);
    });
}

/// Gives version `memory-7` the date 7,000 s after 1970.
struct Dated(Memory);

impl Source for Dated {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let dated = |fetched: Fetched| {
            let nth = fetched.version_id().and_then(|id| id.strip_prefix("memory-")?.parse().ok()).expect("a number");
            fetched.with_created(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000) * nth)
        };
        self.0.fetch(requests).await.into_iter().map(|fetched| fetched.map(dated)).collect()
    }
}

#[test]
fn the_version_in_use_and_the_refused_one_are_told_from_the_first_on() {
    #[derive(Secret)]
    #[secret(id = "missing", refresh = "10s")]
    #[expect(dead_code, reason = "read and not looked at")]
    struct Missing {
        port: u16,
    }

    observe(&async |log, figures| {
        let source = Memory::new().with("db", document(0));
        let secrets = Secrets::new(Dated(source.clone()));
        let live: Live<Db> = secrets.live().await.expect("live");
        let told = |nth: u32| {
            let health = serde_json::to_value(secrets.health()).expect("data");
            let secret = &health["secrets"][0];
            assert_eq!(secret["version_id"], format!("memory-{nth}"), "{health}");
            assert_eq!(secret["created_unix_seconds"], f64::from(nth) * 1_000.0, "{health}");
            assert_eq!(secrets.health().secrets[0].version_id, Some(format!("memory-{nth}")));
            let gauge = format!("secrets_version_created_seconds{{id=\"db\"}} {nth}000\n");
            assert!(figures().contains(&gauge), "{gauge} is not in {}", figures());
            secret["refused_version_id"].clone()
        };
        let first = r#"the first version is in use secret="db" version="memory-1" created_unix_seconds=1000.0"#;
        assert_eq!((log.count(first), log.count("is in use")), (1, 1));
        a_while().await;
        assert_eq!(told(1), json!(null));

        source.set("db", document(1));
        a_while().await;
        assert_eq!(told(2), json!(null));
        let second = r#"a new version is in use secret="db" version="memory-2" created_unix_seconds=2000.0"#;
        assert_eq!((log.count(second), log.count("is in use")), (1, 2));

        source.set_binary("db");
        a_while().await;
        assert_eq!(told(2), json!("memory-3"));

        let pool = live.try_map(async |db| if db.password.ends_with("-1") { Ok(()) } else { Err("no login") });
        let pool = pool.await.expect("the first pool logs in");
        source.set("db", document(2));
        a_while().await;
        assert_eq!(live.status().version_id.as_deref(), Some("memory-4"));
        assert_eq!(told(2), json!("memory-4"), "the pool still uses the version before");
        drop(pool);
        a_while().await;
        assert_eq!(told(4), json!(null));

        // Each live secret is told of, and a secret that has no value yet tells none.
        let _other: Live<Db> = secrets.live_from("db").await.expect("live");
        assert_eq!(log.count("the first version is in use"), 2);
        let _missing = secrets.start::<Missing>().expect("begun");
        a_while().await;
        let health = secrets.health();
        let missing = health.secrets.iter().find(|secret| secret.id == "missing").expect("it counts");
        assert_eq!((&missing.version_id, missing.created), (&None, None));
        assert!(!figures().contains(r#"secrets_version_created_seconds{id="missing"}"#), "{}", figures());
    });
}

#[test]
fn an_outage_is_logged_when_it_begins_and_when_it_ends() {
    observe(&async |log, figures| {
        let source = Memory::new().with("db", document(0));
        let (_secrets, _live) = live(&source).await;
        source.throttle("db");
        a_while().await;
        assert_eq!(log.count("the secret cannot be polled"), 1);
        assert!(figures().contains(r#"secrets_refresh_total{id="db",outcome="failed"}"#), "{}", figures());
        source.restore("db");
        a_while().await;
        assert_eq!(log.count("the secret can be read again"), 1);
    });
}

#[test]
fn the_degraded_of_a_process_are_those_of_all_its_secrets() {
    observe(&async |_, figures| {
        let (first, second) = (Memory::new().with("db", document(0)), Memory::new().with("db", document(0)));
        let (one, other) = (live(&first).await, live(&second).await);
        first.delete("db");
        a_while().await;
        assert!(figures().contains("secrets_degraded 1"), "{}", figures());
        second.delete("db");
        a_while().await;
        assert!(figures().contains("secrets_degraded 2"), "{}", figures());
        drop(other);
        assert!(figures().contains("secrets_degraded 1"), "{}", figures());
        first.restore("db");
        a_while().await;
        assert!(figures().contains("secrets_degraded 0"), "{}", figures());
        drop(one);
    });
}

/// A source that logs each call.
struct Telling(Memory);

impl Source for Telling {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        tracing::info!("asked");
        self.0.fetch(requests).await
    }
}

#[test]
fn what_is_logged_while_a_secret_is_loaded_or_polled_is_in_a_span_that_names_it() {
    observe(&async |log, _| {
        let source = Memory::new().with("db", document(0)).with("other", document(0));
        let secrets = Secrets::new(Telling(source));
        secrets.load_many::<Db>(["db", "other"]).await.expect("loaded");
        assert_eq!(log.count("load{secrets=db, other}:fetch{secrets=db"), 1);
        let _live = secrets.live::<Db>().await.expect("live");
        assert_eq!(log.count("load{secrets=db}:fetch{secrets=db}: observability: asked"), 1);
        a_while().await;
        assert!(log.count(" INFO fetch{secrets=db}: observability: asked") > 1, "polls");
    });
}

#[test]
fn errors_and_health_are_data_for_structured_logs_and_status_pages() {
    observe(&async |_, _| {
        let source = Memory::new().with("db", document(0));
        let (secrets, live) = live(&source).await;
        source.set("db", format!(r#"{{"password": 5, "{CANARY}": 1}}"#));
        a_while().await;
        let health = serde_json::to_value(secrets.health()).expect("data");
        assert_eq!((&health["state"], &health["is_task_dead"]), (&json!("degraded"), &json!(false)), "{health}");
        let secret = &health["secrets"][0];
        assert_eq!((&secret["id"], &secret["declared_id"]), (&json!("db"), &json!(null)), "{health}");
        assert!(secret["age_seconds"].as_f64().is_some_and(|age| age > 60.0), "{health}");
        let expected = json!({
            "kind": "invalid",
            "message": "secret \"db\" does not fit Db: 1 violation",
            "secret_id": "db",
            "is_transient": false,
            "violations": [
                {"path": "password", "expected": "a string of at least 12 characters", "found": "a number"},
            ],
            "hint": "correct the secret's value, or change the struct",
            "errors": [],
            "cause": null,
        });
        assert_eq!(secret["error"], expected);
        let status = serde_json::to_value(live.status()).expect("data");
        assert_eq!((&status["last_error"], &status["failures"]), (&expected, &json!(0)), "{status}");
        assert!(status["fetched_unix_seconds"].as_f64().is_some_and(|at| at > 1.0e9), "{status}");
        assert!(!format!("{health} {status}").contains("canary"));
        let stale = live.fresh(Duration::from_secs(1)).await.map(drop).expect_err("stale");
        let stale = serde_json::to_value(&stale).expect("data");
        assert_eq!((&stale["kind"], &stale["cause"]), (&json!("stale"), &expected), "{stale}");
    });
}

#[test]
fn an_id_is_shown_resolved_in_events_and_figures() {
    #[derive(Secret)]
    #[secret(id = "{APP_ENV}/db", refresh = "10s")]
    #[expect(dead_code, reason = "read and not looked at")]
    struct Placed {
        port: u16,
    }

    observe(&async |log, figures| {
        let source = Memory::new().with("prod/db", r#"{"port": 1}"#);
        let secrets = Secrets::builder().placeholder("APP_ENV", "prod").build(source.clone());
        let _live = secrets.live::<Placed>().await.expect("live");
        source.set("prod/db", r#"{"port": "x"}"#);
        a_while().await;
        assert_eq!(log.count(r#"secret="prod/db" declared="{APP_ENV}/db""#), 2, "the first version and the refusal");
        assert!(figures().contains(r#"secrets_refused{id="prod/db"} 1"#), "{}", figures());
    });
}

#[test]
fn an_event_says_which_of_several_maps_failed_and_where_its_error_is() {
    observe(&async |log, _| {
        let source = Memory::new().with("db", document(0));
        let (_secrets, live) = live(&source).await;
        let fails = |at: usize| {
            move |db: Snapshot<Db>| async move {
                if db.password.ends_with("-0") || at == 0 { Ok(db.password.len()) } else { Err(db.password.clone()) }
            }
        };
        let _good = live.try_map(fails(0)).named("good").await.expect("derived");
        let _pool = live.try_map(fails(1)).named("pool").await.expect("derived");
        let _other = live.try_map(fails(2)).await.expect("derived");
        let _panics = live.map(|db| assert!(db.password.ends_with("-0"), "of the test"));
        source.set("db", document(1));
        a_while().await;
        assert_eq!(log.count("a new version is in use"), 1);
        for told in [
            r#"map="pool" error=`try_map` named "pool" makes no value from a version of secret "db": its closure returned an error; help: `status().map_error`"#,
            r#"map="usize" error=`try_map` to `usize` makes no value from a version of secret "db": its closure returned an error"#,
            r#"map="()" error=`map` to `()` makes no value from a version of secret "db": its closure panicked"#,
        ] {
            assert_eq!(log.count(told), 1, "{told}");
        }
        assert_eq!(log.count("makes no value from"), 3);
    });
}

#[test]
fn a_plain_text_that_is_a_json_object_is_wondered_at() {
    #[derive(Secret)]
    #[secret(text)]
    #[expect(dead_code, reason = "read and not looked at")]
    struct Key(String);

    observe(&async |log, _| {
        let source = Memory::new().with("text", "k-123").with("object", format!(r#"{{"key": "{CANARY}"}}"#));
        let secrets = Secrets::new(source);
        secrets.load_from::<Key>("text").await.expect("a text");
        assert_eq!(log.count("holds a JSON object"), 0);
        secrets.load_from::<Key>("object").await.expect("a text, too");
        assert_eq!(log.count(r#"declared as plain text and holds a JSON object; if its keys are meant, declare a struct type_name="Key""#), 1);
    });
}
