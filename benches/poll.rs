//! Polling: how often the service is called, and the cost for a program with many secrets.

use std::fs;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::Client;
use aws_secretsmanager_caching::SecretsManagerCachingClient;
use futures_util::future::join_all;
use secrets_runtime::{
    ErrorKind, Live, Secret, SecretString, Secrets,
    source::{Fetched, Request, Source, SourceError},
};
use tokio::runtime::Runtime;
use tokio::task::unconstrained;

use crate::rows::{self, Row};
use crate::server::Server;

#[derive(Secret)]
#[expect(dead_code, reason = "being kept is what is measured")]
struct Db {
    username: String,
    password: SecretString,
    host: String,
    port: u16,
}

const DOCUMENT: &str = r#"{"username": "orders", "password": "0123456789abcdef", "host": "db.internal", "port": 5432}"#;
const HOUR: Duration = Duration::from_hours(1);

/// Answers immediately and counts calls: one for each batch.
#[derive(Debug)]
struct Service {
    batch_size: usize,
    version: AtomicU64,
    calls: AtomicU64,
    /// Whether a fifth of the secrets fail.
    is_failing: AtomicBool,
}

impl Service {
    fn new(batch_size: usize) -> Arc<Self> {
        let (version, calls) = (AtomicU64::new(1), AtomicU64::new(0));
        Arc::new(Self { batch_size, version, calls, is_failing: AtomicBool::new(false) })
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Source for Service {
    fn batch_size(&self) -> usize {
        self.batch_size
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let version = self.version.load(Ordering::Relaxed);
        let fetched =
            || Fetched::new(DOCUMENT).with_version_id(format!("version-{version}-of-a-secret-of-the-benches"));
        let is_failing = self.is_failing.load(Ordering::Relaxed);
        let answer = |request: &Request| {
            let fails = is_failing && request.id().ends_with(['0', '5']);
            if fails {
                Err(SourceError::new(ErrorKind::Throttled, ""))
            } else {
                Ok(fetched().with_stages(["AWSCURRENT"]))
            }
        };
        requests.iter().map(answer).collect()
    }
}

fn paused() -> Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime")
}

fn ids(count: u32) -> Vec<String> {
    (0..count).map(|number| format!("secret/{number}")).collect()
}

/// Prints the calls per secret in an hour with one rotation.
pub fn calls() {
    const MANY: u32 = 100;

    rows::title("calls per secret in an hour, refreshed every 5 minutes, rotated once");
    let ours = our_calls(MANY, 1);
    let per_secret = |calls: u64| f64::from(u32::try_from(calls).unwrap_or(u32::MAX)) / f64::from(MANY);
    Row::new("ours", format!("{:.1}", per_secret(ours))).print();
    Row::new("ours, batches on, 100 secrets", format!("{:.2}", per_secret(our_calls(MANY, 20)))).print();
    for readers in [1, 16] {
        let Asked { descriptions, values } = their_calls(readers);
        let calls = f64::from(u32::try_from(descriptions + values).unwrap_or(u32::MAX));
        let name = match readers {
            1 => "official cache, one request at a time".to_owned(),
            _ => format!("official cache, {readers} requests at once at each expiry"),
        };
        Row::new(name, format!("{calls:.0}: {descriptions} DescribeSecret, {values} GetSecretValue"))
            .ours_to_it(per_secret(ours) / calls)
            .print();
    }
}

struct Asked {
    descriptions: u64,
    values: u64,
}

/// Counts our calls, in paused time.
fn our_calls(count: u32, batch_size: usize) -> u64 {
    let service = Service::new(batch_size);
    let secrets = Secrets::new(Arc::clone(&service));
    paused().block_on(async {
        let lives = secrets.live_many::<Db>(ids(count)).await.expect("live");
        let calls = service.calls();
        tokio::time::sleep(HOUR / 2).await;
        service.version.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(HOUR / 2).await;
        drop(lives);
        service.calls() - calls
    })
}

/// Counts the calls of the official cache. It uses the system clock, which cannot be paused, and refreshes when it is read after its TTL,
/// by default 5 minutes. An hour of constant reading is twelve TTLs, so this uses a short TTL and reads after each has expired. It counts
/// calls and measures no time.
fn their_calls(readers: usize) -> Asked {
    const ID: &str = "secret/db";
    const TTL: Duration = Duration::from_millis(50);

    Runtime::new().expect("a runtime").block_on(async {
        let server = Server::start(DOCUMENT, Duration::ZERO).await;
        let client = Client::new(&server.sdk_config());
        let cache = SecretsManagerCachingClient::new(client, NonZeroUsize::MIN, TTL, false).expect("a cache");
        let read = || cache.get_secret_value(ID, None, None, false);
        read().await.expect("the server answers");
        let calls = server.calls();
        for nth in 0..12 {
            tokio::time::sleep(TTL + Duration::from_millis(5)).await;
            if nth == 6 {
                server.rotate();
            }
            // `unconstrained` lets all reads run concurrently, as in separate tasks.
            for got in join_all((0..readers).map(|_| unconstrained(read()))).await {
                got.expect("the server answers");
            }
        }
        let descriptions = server.descriptions();
        Asked { descriptions, values: server.calls() - calls - descriptions }
    })
}

/// Prints the cost of polling many secrets, which must grow linearly.
pub fn times() {
    const COUNTS: [u32; 3] = [1_000, 5_000, 10_000];

    for (batch_size, how) in [(1, "one call each"), (20, "batches of 20")] {
        let mut fastest = COUNTS.map(|_| f64::INFINITY);
        for _ in 0..3 {
            for (count, fastest) in COUNTS.into_iter().zip(&mut fastest) {
                *fastest = fastest.min(seconds_per_poll(count, batch_size) / f64::from(count));
            }
        }
        rows::title(&format!("CPU time of a poll, answered at once, {how}"));
        for (count, each) in COUNTS.into_iter().zip(fastest) {
            let poll = each * f64::from(count);
            let name = format!("{} live secrets", rows::grouped(u64::from(count)));
            Row::new(name, format!("{:.1} ms, {:.1} µs each", poll * 1e3, each * 1e6)).print();
        }
        let [few, some, many] = fastest;
        Row::new("one of 10,000, against one of 1,000", "").ours_to_it(many / few).at_most(1.5).print();
        Row::new("one of 10,000, against one of 5,000", "").ours_to_it(many / some).print();
    }
}

/// Prints the cost of retries when a fifth of many secrets fail.
///
/// # Panics
/// If a benchmark cannot be set up.
pub fn failing() {
    const COUNT: u32 = 10_000;
    const MINUTES: u32 = 20;

    let service = Service::new(1);
    let (secrets, runtime) = (Secrets::new(Arc::clone(&service)), paused());
    let lives = runtime.block_on(secrets.live_many::<Db>(ids(COUNT))).expect("live");
    rows::title("10,000 live secrets, polled every 5 minutes: CPU time per minute");
    let minute = |name: &str, minutes: u32| {
        let (begin, calls) = (cpu_time(), service.calls());
        runtime.block_on(async { tokio::time::sleep(Duration::from_mins(minutes.into())).await });
        let seconds = cpu_time().saturating_sub(begin).as_secs_f64() / f64::from(minutes);
        let calls = (service.calls() - calls) / u64::from(minutes);
        Row::new(name, format!("{:.0} ms, {} calls", seconds * 1e3, rows::grouped(calls))).print();
    };
    minute("all can be read", MINUTES);
    service.is_failing.store(true, Ordering::Relaxed);
    minute("a fifth cannot", MINUTES);
    drop(lives);
}

/// Measures in paused time, including the work of the task between polls.
fn seconds_per_poll(count: u32, batch_size: usize) -> f64 {
    const POLLS: u32 = 10;

    let service = Service::new(batch_size);
    let secrets = Secrets::new(Arc::clone(&service));
    let runtime = paused();
    let lives = runtime.block_on(secrets.live_many::<Db>(ids(count))).expect("live");
    let calls = service.calls();
    let begin = cpu_time();
    until(&runtime, &service, calls * u64::from(1 + POLLS));
    let seconds = cpu_time().saturating_sub(begin).as_secs_f64();
    drop(lives);
    seconds / f64::from(POLLS)
}

/// Advances time until the service has received this many calls. Not inlined, so that its instructions can be counted.
#[inline(never)]
fn until(runtime: &Runtime, service: &Service, calls: u64) {
    runtime.block_on(async {
        while service.calls() < calls {
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
    });
}

/// The CPU time of this thread, or the elapsed time where that is unavailable.
fn cpu_time() -> Duration {
    thread_local! {
        static START: Instant = Instant::now();
    }
    let of_linux = || fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok();
    of_linux().map_or_else(|| START.with(Instant::elapsed), Duration::from_nanos)
}

/// Prints the memory of a live secret.
///
/// # Panics
/// If a benchmark cannot be set up.
pub fn bytes(kept: impl Fn(&mut dyn FnMut()) -> i64) {
    rows::title(&format!("memory of live secrets, {} bytes of JSON each", DOCUMENT.len()));
    for count in [1_000, 10_000] {
        let (ids, secrets, runtime) = (ids(count), Secrets::new(Service::new(1)), paused());
        let mut lives: Vec<Live<Db>> = Vec::new();
        let bytes = kept(&mut || lives = runtime.block_on(secrets.live_many::<Db>(&ids)).expect("live"));
        let mut value = None;
        let value_bytes = kept(&mut || value = Some(Box::new(Db::from_json(DOCUMENT).expect("valid"))));
        let count = i64::from(count);
        Row::new(
            format!("{} live secrets", rows::grouped(count.unsigned_abs())),
            format!("{} bytes each, {value_bytes} of them the value", bytes / count),
        )
        .print();
        drop((lives, value));
    }
}
