//! Extension points for programs: derived values and their errors, streams of changes, custom sources.

use std::num::ParseIntError;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use futures_core::Stream;
use secrets_runtime::source::{BoxSource, Fetched, File, Memory, Request, Source, SourceError};
use secrets_runtime::{Error, ErrorKind, Live, Secret, SecretString, Secrets, Snapshot};

#[derive(Secret)]
#[secret(id = "db")]
struct Db {
    port: String,
}

fn port(port: &str) -> String {
    format!(r#"{{"port": "{port}"}}"#)
}

async fn live(source: &Memory) -> Live<Db> {
    Secrets::new(source.clone()).live().await.expect("live")
}

#[tokio::test(start_paused = true)]
async fn a_derived_value_keeps_the_error_of_its_closure_and_names_itself() {
    let source = Memory::new().with("db", port("5432"));
    let db = live(&source).await;
    let pool: Live<u16> = db.try_map(async |db| db.port.parse()).named("pool").await.expect("a number");
    source.set("db", port("canary"));
    let error = pool.refresh().await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Refused);
    let told = error.to_string();
    assert!(
        told.starts_with(
            "`try_map` named \"pool\" makes no value from a version of secret \"db\": its closure returned an error"
        ),
        "{told}"
    );
    let status = pool.status();
    let cause = status.map_error.clone().expect("the closure's own error");
    assert!(cause.expose().is::<ParseIntError>());
    assert!(!format!("{status:?} {cause:?} {error:?}").contains("invalid digit"), "it is not shown");
    assert_eq!((*pool.current(), db.current().port.as_str()), (5432, "canary"));
    source.set("db", port("5433"));
    // A forced poll reaches the source at most every five seconds.
    tokio::time::sleep(Duration::from_secs(6)).await;
    pool.refresh().await.expect("a number again");
    assert!(pool.status().map_error.is_none() && *pool.current() == 5433);
}

#[tokio::test(start_paused = true)]
async fn a_value_is_mapped_at_once_and_follows() {
    let source = Memory::new().with("db", port("5432"));
    let db = live(&source).await;
    let length = db.map(|db| db.port.len());
    let mut changes = length.changes();
    assert_eq!((*length.current(), *changes.next().await.expect("the first")), (4, 4));
    source.set("db", port("80"));
    length.refresh().await.expect("changed");
    assert_eq!((*length.current(), *changes.next().await.expect("the second")), (2, 2));
    assert_eq!(*Live::fixed(2).map(|number| number * 2).current(), 4);
}

#[tokio::test]
async fn debug_shows_of_a_value_what_its_type_or_the_program_allows() {
    let source = Memory::new().with("db", port("canary")).with("text", "canary");
    let db = live(&source).await;
    assert_eq!(format!("{db:?}"), "Live(Db { port: [REDACTED] })");
    let port = db.try_map(async |db| Ok::<_, &'static str>(db.port.clone())).await.expect("derived");
    assert_eq!(
        format!("{port:?} {:?} {:?}", port.current(), db.map(|db| db.port.clone())),
        "Live([REDACTED]) [REDACTED] Live([REDACTED])"
    );
    let text = Secrets::new(source).live_from::<String>("text").await.expect("live");
    assert_eq!(
        format!("{text:?} {:?}", text.with_previous().await.expect("a pair").current()),
        "Live([REDACTED]) Versions { current: [REDACTED], previous: None }"
    );
    let shown = db.try_map(async |db| Ok::<_, &'static str>(db.port.len())).shown().await.expect("derived");
    assert_eq!(format!("{shown:?}"), "Live(6)");
}

#[tokio::test(start_paused = true)]
async fn changes_are_a_stream() {
    let source = Memory::new().with("db", port("1"));
    let db = live(&source).await;
    let mut changes = db.changes();
    let mut poll = std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut changes).poll_next(context)));
    assert!(matches!((&mut poll).await, Poll::Ready(Some(db)) if db.port == "1"));
    assert!((&mut poll).await.is_pending());
    source.set("db", port("2"));
    db.refresh().await.expect("changed");
    assert!(matches!((&mut poll).await, Poll::Ready(Some(db)) if db.port == "2"));
    assert!((&mut poll).await.is_pending());
    source.set("db", port("3"));
    db.refresh().await.expect("changed");
    assert_eq!(changes.next().await.expect("the third").port, "3");
    let mut fixed = Live::fixed(1).changes();
    let mut poll = std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut fixed).poll_next(context)));
    assert!(matches!((&mut poll).await, Poll::Ready(Some(_))));
    assert!(matches!((&mut poll).await, Poll::Ready(None)), "a fixed value is the only one");
}

/// A custom store.
struct Vault;

impl Source for Vault {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let answer = |request: &Request| match request.id() {
            "key" => Ok(Fetched::new("k-123").with_version_id("7").with_created(SystemTime::UNIX_EPOCH)),
            "denied" => Err(SourceError::from(ErrorKind::AccessDenied)),
            "policy" => Err(SourceError::from(ErrorKind::AccessDenied).hint("add the service to the policy `orders`")),
            _ => Err(SourceError::from(ErrorKind::NotFound).because("the vault has one key")),
        };
        requests.iter().map(answer).collect()
    }
}

/// A source that wraps another.
struct Prefixed<S>(S);

impl<S: Source> Source for Prefixed<S> {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let prefixed = |fetched: Fetched| {
            let text = format!("prefix-{}", fetched.expose_text());
            let next = Fetched::new(text).with_stages(fetched.stages().iter().cloned());
            fetched.version_id().map(str::to_owned).into_iter().fold(next, Fetched::with_version_id)
        };
        self.0.fetch(requests).await.into_iter().map(|answer| answer.map(prefixed)).collect()
    }
}

#[tokio::test]
async fn a_source_of_one_s_own_is_decorated_boxed_and_gives_its_own_advice() {
    let source: BoxSource = Prefixed(Box::new(Vault)).boxed();
    let secrets = Secrets::new(source);
    let key = secrets.live_from::<SecretString>("key").await.expect("the key");
    assert_eq!(key.status().version_id.as_deref(), Some("7"));
    let text = secrets.load_from::<String>("key").await.expect("the key");
    assert_eq!(text, "prefix-k-123");
    let error = async |id: &str| secrets.load_from::<String>(id).await.expect_err("an error");
    assert_eq!(error("denied").await.hint(), Some("allow the program to read the secret"));
    assert_eq!(error("policy").await.hint(), Some("add the service to the policy `orders`"));
    let missing = error("other").await.to_string();
    assert!(missing.starts_with("secret \"other\" does not exist: the vault has one key"), "{missing}");
    let shown = SourceError::from(ErrorKind::Throttled).to_string();
    assert_eq!(shown, "the secret cannot be read now: requests are throttled");
}

#[tokio::test(start_paused = true)]
async fn the_remedy_for_a_closure_that_panics_names_no_error_that_there_is_not() {
    let source = Memory::new().with("db", port("1"));
    let db = live(&source).await;
    let length = db.map(|db| {
        assert!(db.port == "1", "of the test");
        db.port.len()
    });
    source.set("db", port("22"));
    let error = length.refresh().await.expect_err("refused");
    assert_eq!(
        error.hint(),
        Some(
            "make the closure end and return an error in place of panicking; the derived value from before stays in use"
        )
    );
    assert!(length.status().map_error.is_none() && *length.current() == 1);
}

#[tokio::test]
async fn an_error_is_one_line_in_a_log_and_a_report_for_people() {
    fn refuse(_: &str) -> Result<(), &'static str> {
        Err("a word\nwithout a line break")
    }

    #[derive(Secret)]
    struct Lines {
        #[secret(custom = refuse)]
        _one: String,
        _other: u16,
    }

    let secrets = Secrets::new(Memory::new().with("lines", r#"{"_one": "canary"}"#));
    let error = secrets.load_from::<Lines>("lines").await.map(drop).expect_err("nothing in it");
    assert_eq!(
        error.to_string(),
        "secret \"lines\" does not fit Lines: 2 violations (_one: expected a word\\nwithout a line break; \
         _other: expected an integer from 0 to 65535, found nothing); help: correct the secret's value, or change the struct"
    );
    let report = format!("{error:#}");
    assert_eq!(report.lines().count(), 4, "a line each\n{report}");
    assert_eq!(report, format!("{error:?}"), "what `main` prints");
}

#[test]
fn what_programs_hold_survives_a_panic_that_they_catch() {
    fn survives<T: UnwindSafe + RefUnwindSafe>() {}

    survives::<Live<Db>>();
    survives::<Secrets>();
    survives::<Snapshot<Db>>();
    survives::<Error>();
    let live = Live::fixed(Db { port: "5432".to_owned() });
    assert!(std::panic::catch_unwind(|| live.read(|db| assert!(db.port.is_empty()))).is_err());
    assert_eq!(live.current().port, "5432");
}

/// The id sent to the source, and the id in errors, health and handles.
#[tokio::test(start_paused = true)]
async fn the_id_that_was_asked_for_is_shown() {
    #[derive(Secret)]
    #[secret(id = "{APP_ENV}/orders/db")]
    struct Prefixed {
        _port: u16,
    }
    #[derive(Secret)]
    #[secret(id = "{DB_SECRET}")]
    struct Whole {
        _port: u16,
    }

    let source = Memory::new();
    let builder = Secrets::builder().placeholder("APP_ENV", "prod").placeholder("DB_SECRET", "Xq7canaryXq7");
    let secrets = builder.build(source.clone());
    let missing = secrets.load::<Prefixed>().await.map(drop).expect_err("none");
    assert_eq!(missing.secret_id(), Some("prod/orders/db"));
    let told = "secret \"prod/orders/db\" (declared \"{APP_ENV}/orders/db\") does not exist";
    assert!(missing.to_string().starts_with(told), "{missing}");

    // A single variable may hold a secret's value, however the program uses it.
    let pending = secrets.start::<Whole>().expect("an id");
    tokio::time::sleep(Duration::from_secs(1)).await;
    for error in [
        secrets.load::<Whole>().await.map(drop).expect_err("none"),
        secrets.load_from::<Whole>("Xq7canaryXq7").await.map(drop).expect_err("none"),
        secrets.live_from::<Whole>("Xq7canaryXq7").await.map(drop).expect_err("none"),
        pending.last_error().expect("none"),
    ] {
        assert_eq!(error.secret_id(), Some("{DB_SECRET}"));
        let told = format!("{error} {error:?} {} {pending:?}", secrets.health());
        assert!(!told.contains("canary") && told.contains("\"{DB_SECRET}\""), "{told}");
    }

    // Once the source has the secret, the text is known to be an id.
    source.set("Xq7canaryXq7", "{}");
    let error = secrets.load::<Whole>().await.map(drop).expect_err("no port");
    assert_eq!(error.secret_id(), Some("Xq7canaryXq7"));
    assert!(
        error.to_string().starts_with("secret \"Xq7canaryXq7\" (declared \"{DB_SECRET}\") does not fit"),
        "{error}"
    );
    tokio::time::sleep(Duration::from_secs(90)).await;
    let health = secrets.health();
    assert_eq!(
        (&*health.secrets[0].id, health.secrets[0].declared_id.as_deref()),
        ("Xq7canaryXq7", Some("{DB_SECRET}"))
    );
    assert!(health.to_string().contains("Xq7canaryXq7 (declared {DB_SECRET}): unavailable"), "{health}");
}

/// The remedy for an id that is not shown must still be actionable.
#[tokio::test]
async fn a_hint_about_an_id_that_is_withheld_can_be_followed() {
    let path = std::env::temp_dir().join(format!("secrets-withheld-{}.json", std::process::id()));
    std::fs::write(&path, "{}").expect("written");
    let secrets = Secrets::builder().placeholder("DB_SECRET", "orders/db\n").build(File::new(&path));
    let error = secrets.load_from::<Db>("orders/db").await.map(drop).expect_err("the file is empty");
    assert_eq!(error.secret_id(), Some("{DB_SECRET}"), "spaces around it are nothing");
    let told = error.to_string();
    assert!(
        told.starts_with("secret \"{DB_SECRET}\" (the id that was given is what this variable holds) does not exist"),
        "{told}"
    );
    assert!(told.contains("help: add the key \"<the value of DB_SECRET>\" to "), "{told}");
    std::fs::write(&path, r#"{"orders/db": {"port": "1"}}"#).expect("written");
    secrets.load_from::<Db>("orders/db").await.expect("the hint was followed");
    std::fs::remove_file(path).expect("removed");
}

#[test]
fn what_a_source_says_is_one_line() {
    let error = SourceError::from(ErrorKind::Service).because("two\nlines");
    assert_eq!(error.to_string(), "the secret cannot be read: the service failed: two\\nlines");
}
