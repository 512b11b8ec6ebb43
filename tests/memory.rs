//! What stays in the memory of a process once a secret is not needed any more. A process of its own, which looks for the secret
//! in all of its memory.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use secrets_runtime::{ExposeSecret, Fetched, Request, Secret, SecretString, Secrets, Source, SourceError};

/// The password, but for one bit of each letter: the password itself is in no constant of this program.
const MASKED: [u8; 24] = *b"yTJlhblkb^NoxbxcUlvLYsbc";

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
    let data = maps.lines().filter_map(|line| {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let address = |text| u64::from_str_radix(text, 16).ok();
        (rest.starts_with("rw") && !rest.contains("[v")).then_some((address(start)?, address(end)?))
    });
    // All but the buffer, which would find its own contents.
    let own = u64::try_from(buffer.as_ptr().addr()).expect("it fits");
    let (own, own_end) = (own, own + u64::try_from(buffer.len()).expect("it fits"));
    let data: Vec<_> = data.flat_map(|(start, end)| [(start, end.min(own)), (start.max(own_end), end)]).collect();
    data.into_iter().map(|(start, end)| copies_within(&memory, &mut buffer, start, end)).sum()
}

/// How often it is between two addresses.
fn copies_within(memory: &File, buffer: &mut [u8], start: u64, end: u64) -> usize {
    let (mut at, mut copies) = (start, 0);
    while at < end {
        let length = usize::try_from(end - at).unwrap_or(usize::MAX).min(buffer.len());
        let read = memory.read_at(&mut buffer[..length], at).unwrap_or(0);
        let found = |window: &&[u8]| window.iter().zip(MASKED).all(|(&byte, masked)| byte == unmasked(masked));
        copies += buffer[..read].windows(MASKED.len()).filter(found).count();
        if read < length || length < buffer.len() {
            break;
        }
        // Windows overlap, so that none is missed.
        at += u64::try_from(read - MASKED.len() + 1).expect("it fits");
    }
    buffer.fill(0);
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
