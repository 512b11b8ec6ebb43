//! What many live secrets cost: memory and time per poll, and the start of a program.
//!
//! `cargo bench -p secrets-benches --bench live`; the promise is that cost is linear in the number of secrets, and that the
//! start with 100 secrets behind 20 ms of latency is at least ten times faster than one after the other, batch on or off.

use std::time::{Duration, Instant};

use secrets_runtime::{Batch, Live, Memory, Secret, SecretString, Secrets};
use secrets_tests::{Proxy, Reply, sdk_config};

#[derive(Secret)]
#[expect(dead_code, reason = "being kept is what is measured")]
struct Db {
    username: String,
    password: SecretString,
    host: String,
    port: u16,
}

const DOCUMENT: &str = r#"{"username": "orders", "password": "0123456789abcdef", "host": "db.internal", "port": 5432}"#;

fn main() {
    println!("live secrets in memory, polls in paused time, batches of any size");
    for count in [1_000, 10_000] {
        polls(count);
    }
    println!("the start of a program with {START} secrets, each call answered after {LATENCY:?}");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(start());
}

fn polls(count: u32) {
    const POLLS: u32 = 20;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime");
    let source = Memory::new();
    let ids: Vec<String> = (0..count).map(|number| format!("secret/{number}")).collect();
    for id in &ids {
        source.set(id, DOCUMENT);
    }
    let mut lives: Vec<Live<Db>> = Vec::new();
    let secrets = Secrets::new(source.clone());
    let kept = allocation_counter::measure(|| {
        lives = runtime.block_on(secrets.live_many::<Db>(&ids)).expect("live");
    });
    let calls = source.calls();
    let start = Instant::now();
    runtime.block_on(async {
        while source.calls() < calls + u64::from(POLLS) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let poll = start.elapsed() / POLLS;
    println!(
        "  {count:>6}: {:>5} bytes each, {:>8.2} ms a poll, {:>5.2} µs each",
        kept.bytes_current / i64::from(count),
        poll.as_secs_f64() * 1e3,
        poll.as_secs_f64() * 1e6 / f64::from(count),
    );
    drop(lives);
}

const START: u32 = 100;
const LATENCY: Duration = Duration::from_millis(20);

async fn start() {
    let service = Proxy::answering_after(LATENCY, |call| {
        let secret = |id: &str| {
            let text = DOCUMENT.replace('"', "\\\"");
            format!(r#"{{"ARN":"{id}-arn","Name":"{id}","VersionId":"1","SecretString":"{text}"}}"#)
        };
        let ids = call.body.split('"').filter(|piece| piece.starts_with("secret/"));
        let secrets: Vec<String> = ids.map(secret).collect();
        let whole = match call.operation.as_str() {
            "BatchGetSecretValue" => format!(r#"{{"SecretValues":[{}],"Errors":[]}}"#, secrets.join(",")),
            _ => secrets.concat(),
        };
        Reply::new(200, whole)
    });
    let service = service.await;
    let ids: Vec<String> = (0..START).map(|number| format!("secret/{number}")).collect();
    let config = sdk_config(&service.endpoint());

    let secrets = Secrets::from_sdk_config(&config);
    let begin = Instant::now();
    for id in &ids {
        secrets.live_from::<Db>(id).await.expect("live");
    }
    let one_by_one = begin.elapsed();
    println!("  one after the other: {one_by_one:.0?}");
    for batch in [Batch::Off, Batch::On] {
        let secrets = Secrets::builder().batch(batch).from_sdk_config(&config);
        let (begin, calls) = (Instant::now(), service.calls().len());
        let lives = secrets.live_many::<Db>(&ids).await.expect("live");
        let together = begin.elapsed();
        println!(
            "  live_many, batch {batch:?}: {together:.0?}, {:.1} times faster, {} calls",
            one_by_one.as_secs_f64() / together.as_secs_f64(),
            service.calls().len() - calls,
        );
        drop(lives);
    }
}
