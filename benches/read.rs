//! Reading a live secret against a bare `ArcSwap`, on one thread and on two, and what it allocates.
//!
//! `cargo bench -p secrets-benches --bench read`; the promise is at most 1.3 times the bare load, without allocating, and as
//! many reads per thread on two cores as on one.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use secrets_benches::Contest;
use secrets_runtime::{Live, Memory, Secret, Secrets};

#[derive(Secret)]
#[secret(id = "db")]
struct Db {
    port: u16,
}

#[tokio::main]
async fn main() {
    let secrets = Secrets::new(Memory::new().with("db", r#"{"port": 5432}"#));
    let live = secrets.live::<Db>().await.expect("live");
    let bare = ArcSwap::from_pointee(Db { port: 5432 });

    Contest::new("read a field")
        .enter("Live::read", || live.read(|db| db.port))
        .enter("ArcSwap::load", || bare.load().port)
        .print();
    Contest::new("take a snapshot")
        .enter("Live::current", || live.current())
        .enter("ArcSwap::load_full", || bare.load_full())
        .print();
    println!("reads per microsecond and thread");
    let reads = |live: &Live<Db>| {
        let live = live.clone();
        move || u64::from(live.read(|db| db.port))
    };
    let takes = |live: &Live<Db>| {
        let live = live.clone();
        move || u64::from(live.current().port)
    };
    let bare = Arc::new(bare);
    let other = Arc::clone(&bare);
    let load = move || u64::from(bare.load().port);
    let load_full = move || u64::from(other.load_full().port);
    for threads in [1, 2] {
        println!(
            "  {threads} thread(s): Live::read {:.0}, ArcSwap::load {:.0}; with a shared count, Live::current {:.0}, \
             ArcSwap::load_full {:.0}",
            throughput(threads, reads(&live)),
            throughput(threads, load.clone()),
            throughput(threads, takes(&live)),
            throughput(threads, load_full.clone()),
        );
    }
}

/// Runs on so many threads for a while.
fn throughput(threads: u32, read: impl Fn() -> u64 + Clone + Send + 'static) -> f64 {
    const WHILE: Duration = Duration::from_millis(500);

    let (stop, total) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let start = Instant::now();
    let running: Vec<_> = (0..threads)
        .map(|_| {
            let (stop, total, read) = (Arc::clone(&stop), Arc::clone(&total), read.clone());
            std::thread::spawn(move || {
                let mut reads = 0;
                while !stop.load(Ordering::Relaxed) {
                    for _ in 0..1_000 {
                        black_box(read());
                    }
                    reads += 1_000;
                }
                total.fetch_add(reads, Ordering::Relaxed);
            })
        })
        .collect();
    std::thread::sleep(WHILE);
    stop.store(true, Ordering::Relaxed);
    for thread in running {
        thread.join().expect("no panic");
    }
    let reads = u32::try_from(total.load(Ordering::Relaxed) / 1_000).map_or(f64::NAN, f64::from) * 1_000.0;
    reads / start.elapsed().as_secs_f64() / 1e6 / f64::from(threads)
}
