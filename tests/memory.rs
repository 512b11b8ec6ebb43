//! What stays in the memory of a process once a secret is not needed any more. A process of its own, which looks for the secret
//! in all of its memory.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use secrets_runtime::{ExposeSecret, Fetched, Request, Secret, SecretString, Secrets, Source, SourceError};

/// The password, but for one bit of each letter: the password itself is in no constant of this program.
const MASKED: [u8; 24] = *b"yTJlhblkb^NoxbxcUlvL]sbc";

fn unmasked(byte: u8) -> u8 {
    byte ^ 1
}

/// A source that makes the text when it is asked, in a buffer that does not grow. The password is in the first text alone.
#[derive(Default)]
struct Made(AtomicU32);

impl Source for Made {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let nth = self.0.fetch_add(1, Ordering::SeqCst);
        let made = |_: &Request| {
            let mut text = String::with_capacity(256);
            text.push_str(r#"{"username": "orders", "password": ""#);
            if nth == 0 {
                text.extend(MASKED.iter().map(|&byte| char::from(unmasked(byte))));
            }
            text.push_str(r#""}"#);
            Ok(Fetched::new(text).version_id(format!("version-{nth}")))
        };
        requests.iter().map(made).collect()
    }
}

#[derive(Secret)]
#[secret(id = "memory")]
struct Db {
    username: String,
    password: SecretString,
}

/// How often the password is in what this process can read and write.
fn copies() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux has it");
    let memory = File::open("/proc/self/mem").expect("one's own");
    let mut buffer = vec![0; 1 << 20];
    let mut copies = 0;
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').expect("a range");
        let is_data = rest.starts_with("rw") && !rest.contains("[v");
        let (start, end) = range.split_once('-').expect("two ends");
        let address = |text| u64::from_str_radix(text, 16).expect("an address");
        let (mut at, end) = (address(start), address(end));
        while is_data && at < end {
            let read = memory.read_at(&mut buffer, at).unwrap_or(0);
            if read < MASKED.len() {
                break;
            }
            let found = |window: &&[u8]| window.iter().zip(MASKED).all(|(&byte, masked)| byte == unmasked(masked));
            copies += buffer[..read].windows(MASKED.len()).filter(found).count();
            // Or else the next round finds what this one has copied.
            buffer[..read].fill(0);
            // Windows overlap, so that none is missed.
            let step = if read == buffer.len() { read - MASKED.len() + 1 } else { read };
            at += u64::try_from(step).expect("it fits");
        }
    }
    copies
}

/// The tests look at the same memory.
static ALONE: Mutex<()> = Mutex::new(());

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
}

#[test]
fn the_fetched_text_is_gone_after_decoding_and_a_secret_string_when_it_is_dropped() {
    let _alone = ALONE.lock().expect("the other test passed");
    assert_eq!(copies(), 0, "before");
    let db: Db = runtime().block_on(Secrets::new(Made::default()).load()).expect("loaded");
    assert_eq!((db.username.as_str(), db.password.expose_secret().len()), ("orders", MASKED.len()));
    assert_eq!(copies(), 1, "the `SecretString`, and not the text that it was read from");
    drop(db);
    assert_eq!(copies(), 0, "after");
}

#[test]
fn the_value_before_is_gone_from_memory_after_its_last_reader() {
    let _alone = ALONE.lock().expect("the other test passed");
    let runtime = runtime();
    let secrets = Secrets::new(Made::default());
    let live = runtime.block_on(secrets.live::<Db>()).expect("live");
    assert_eq!(copies(), 1, "the value, and not the text");
    let reader = live.current();
    runtime.block_on(live.refresh()).expect("a new version");
    assert_eq!(live.read(|db| db.password.expose_secret().len()), 0);
    assert_eq!(copies(), 1, "somebody reads it");
    drop(reader);
    assert_eq!(copies(), 0, "nobody does");
}
