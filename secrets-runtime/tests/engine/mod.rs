//! The refresh engine with unusual callers, runtimes and sources.

mod callers;
mod derivations;
mod fallback;
mod foreign;
mod runtimes;
mod sources;
mod threads;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use secrets_runtime::{
    ErrorKind, Live, Secret,
    source::{Fetched, Memory, Request, Source, SourceError},
};

#[derive(Secret)]
#[secret(id = "db", refresh = "10m")]
struct Db {
    #[secret(public)]
    user: String,
    #[secret(public)]
    password: String,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn db(password: &str) -> String {
    format!(r#"{{"user": "orders", "password": "{password}"}}"#)
}

fn source() -> Memory {
    Memory::new().with("db", db("first"))
}

fn password(live: &Live<Db>) -> String {
    live.read(|db| {
        assert_eq!(db.user, "orders");
        db.password.clone()
    })
}

fn unreachable() -> SourceError {
    SourceError::new(ErrorKind::Unreachable, "the test says so")
}

/// Runs code that may hang on a separate thread.
fn within<R: Send + 'static>(limit: Duration, run: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || done.send(run()));
    wait.recv_timeout(limit).expect("it does not hang")
}

/// A current-thread runtime in paused time.
fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

/// A current-thread runtime in real time.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Waits in real time for another thread or a clock.
fn until(what: &str, has_come: impl Fn() -> bool) {
    let begin = SystemTime::now();
    while !has_come() {
        assert!(begin.elapsed().is_ok_and(|waited| waited < 20 * SECOND), "after 20 s, it is not so that {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A source that misbehaves in one of its calls.
#[derive(Clone)]
struct Odd {
    memory: Memory,
    calls: Arc<AtomicU64>,
    nth: Arc<AtomicU64>,
    what: fn() -> What,
}

enum What {
    Hang,
    Panic,
    Answer(Vec<Result<Fetched, SourceError>>),
}

impl Odd {
    /// Call number `nth`, counted from 1, misbehaves.
    fn new(memory: &Memory, nth: u64, what: fn() -> What) -> Self {
        Self { memory: memory.clone(), calls: Arc::default(), nth: Arc::new(nth.into()), what }
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Source for Odd {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        if self.calls.fetch_add(1, Ordering::SeqCst) + 1 != self.nth.load(Ordering::SeqCst) {
            return self.memory.fetch(requests).await;
        }
        match (self.what)() {
            What::Hang => std::future::pending().await,
            What::Panic => panic!("of the test"),
            What::Answer(answers) => answers,
        }
    }
}
