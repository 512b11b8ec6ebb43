//! Soak test: a rotation every 50 ms with eight readers, for five seconds or `SECRETS_SOAK_SECONDS`.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use secrets_runtime::{HealthState, Secret, Secrets, source::Memory};

#[derive(Secret)]
#[secret(id = "soak/db")]
struct Db {
    /// Names the version, as the password does: a reader that saw two versions mixed would see it.
    username: String,
    password: String,
}

const ROTATION: Duration = Duration::from_millis(50);
const READERS: usize = 8;

fn document(nth: u64) -> String {
    format!(r#"{{"username": "user-{nth}", "password": "password-{nth}"}}"#)
}

/// The resident memory of this process in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it has this line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_whole_versions_and_memory_stays_flat() {
    let seconds = std::env::var("SECRETS_SOAK_SECONDS").map_or(5, |seconds| seconds.parse().expect("a number"));
    let end = Instant::now() + Duration::from_secs(seconds);
    let source = Memory::new().with("soak/db", document(0));
    let secrets = Secrets::builder().refresh(ROTATION / 4).build(source.clone());
    let live = secrets.live::<Db>().await.expect("live");
    let derived = live.try_map(async |db| Ok::<_, &'static str>(db.password.clone())).await.expect("mapped");
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (live, derived, stop) = (live.clone(), derived.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut reads = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    for _ in 0..1_000 {
                        live.read(|db| assert_eq!(db.username[5..], db.password[9..]));
                        assert!(derived.current().starts_with("password-"));
                    }
                    reads += 2_000;
                    tokio::task::yield_now().await;
                }
                reads
            })
        })
        .collect();

    let (mut nth, mut at_first) = (0, 0);
    let mut rotation = tokio::time::interval(ROTATION);
    while Instant::now() < end {
        rotation.tick().await;
        nth += 1;
        source.set("soak/db", document(nth));
        if nth == 20 {
            at_first = resident();
        }
    }
    let grown = resident().saturating_sub(at_first);
    let mut changes = live.changes();
    let last = format!("user-{nth}");
    let follow = async { while changes.next().await.expect("open").username != last {} };
    tokio::time::timeout(Duration::from_secs(20), follow).await.expect("the last version comes");
    stop.store(true, Ordering::Relaxed);
    let mut reads = 0;
    for reader in readers {
        reads += reader.await.expect("no reader saw two versions mixed");
    }
    println!("{seconds} s: {nth} rotations, {reads} reads, {grown} KiB grown");
    assert!(reads > 0 && nth >= 20, "{reads} reads, {nth} rotations");
    assert!(grown < 4_096, "{grown} KiB in {nth} rotations");
    assert_eq!(secrets.health().state, HealthState::Ok, "{}", secrets.health());
}
