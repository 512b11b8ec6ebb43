//! Live secrets in axum handlers and spawned tasks, with the borrows that these need.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use secrets_runtime::{Live, Retry, Secret, Secrets, source::Memory};
use secrets_tests::get_page;
use tokio::net::TcpListener;

#[derive(Secret)]
#[secret(id = "keys")]
struct Keys {
    prefix: String,
}

#[derive(Debug, PartialEq)]
struct Rejected;

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("rejected")
    }
}

impl std::error::Error for Rejected {}

/// Greets with the current prefix; rejects the name `nobody`.
async fn greet(prefix: &str, name: &str) -> Result<String, Rejected> {
    tokio::task::yield_now().await;
    if name == "nobody" { Err(Rejected) } else { Ok(format!("{prefix}, {name}")) }
}

fn retry() -> Retry<impl Fn(&Rejected) -> bool> {
    Retry::on(|_: &Rejected| true).within(Duration::ZERO)
}

async fn attempt(State(keys): State<Live<Keys>>, Path(name): Path<String>) -> Result<String, StatusCode> {
    let name = &name;
    let greeting = keys.attempt(retry(), |keys| async move { greet(&keys.prefix, name).await }).await;
    greeting.map_err(|Rejected| StatusCode::UNAUTHORIZED)
}

async fn map(State(keys): State<Live<Keys>>, Path(name): Path<String>) -> Result<String, StatusCode> {
    let mapped = keys.try_map(move |keys| {
        let name = name.clone();
        async move { greet(&keys.prefix, &name).await }
    });
    let mapped = mapped.await.map_err(|Rejected| StatusCode::UNAUTHORIZED)?;
    Ok(mapped.read(String::clone))
}

async fn live() -> Live<Keys> {
    let secrets = Secrets::new(Memory::new().with("keys", r#"{"prefix": "hello"}"#));
    secrets.live().await.expect("live")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handlers_attempt_and_map() {
    let router = Router::new().route("/attempt/{name}", get(attempt)).route("/map/{name}", get(map));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let router = router.with_state(live().await);
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    for path in ["/attempt/ann", "/map/ann"] {
        assert!(get_page(address, path).await.ends_with("\r\n\r\nhello, ann"), "{path}");
    }
    for path in ["/attempt/nobody", "/map/nobody"] {
        assert!(get_page(address, path).await.starts_with("HTTP/1.0 401"), "{path}");
    }
    server.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spawned_tasks_attempt_and_map() {
    let keys = live().await;
    let task = tokio::spawn(async move {
        let (name, suffix) = ("ann".to_owned(), String::from("!"));
        let (name, suffix) = (&name, &suffix);
        let attempted = keys
            .attempt(retry(), |keys| async move { greet(&keys.prefix, name).await.map(|greeting| greeting + suffix) });
        let attempted = attempted.await?;
        let mapped = keys.try_map(async |keys| greet(&keys.prefix, "bob").await).await?;
        Ok::<_, Rejected>((attempted, mapped.read(String::clone)))
    });
    assert_eq!(task.await.expect("it ends"), Ok(("hello, ann!".to_owned(), "hello, bob".to_owned())));
}
