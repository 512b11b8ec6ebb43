//! What programs build on: derived values and their errors, streams of changes, sources of their own.

use std::num::ParseIntError;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use futures_core::Stream;
use secrets_runtime::source::{BoxSource, Fetched, Memory, Request, Source, SourceError};
use secrets_runtime::{ErrorKind, Live, Secret, SecretString, Secrets};

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
            "a version of secret \"db\" is refused by `try_map` named \"pool\": its closure returned an error"
        ),
        "{told}"
    );
    let status = pool.status();
    let cause = status.map_error.clone().expect("the closure's own error");
    assert!(cause.expose().is::<ParseIntError>());
    assert!(!format!("{status:?} {cause:?} {error:?}").contains("invalid digit"), "it is not shown");
    assert_eq!((*pool.current(), db.current().port.as_str()), (5432, "canary"));
    source.set("db", port("5433"));
    // A program has the source asked at most every five seconds.
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

/// Another store, as a program may bring it.
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

/// A source around another one.
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
    assert_eq!(error.hint(), Some("look at the closure; the derived value stays as it was before"));
    assert!(length.status().map_error.is_none() && *length.current() == 1);
}
