//! Checks that a secret disappears from the memory of a process when it is no longer needed. Runs in its own process and scans all of
//! its memory.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use secrets_runtime::{
    ExposeSecret, Secret, SecretString, Secrets,
    source::{Fetched, Request, Source, SourceError},
};

/// The password with one bit of each byte flipped, so that the program contains no constant with the password itself.
const MASKED: [u8; 24] = *b"yTJlhblkb^NoxbxcUlvLYsbc";

fn unmasked(byte: u8) -> u8 {
    byte ^ 1
}

/// A source that builds the text on request, in a buffer that does not reallocate. Only the first text contains the password.
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
            Ok(Fetched::new(text).with_version_id(format!("version-{nth}")))
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

/// Counts the copies of the password in this process's writable memory.
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
    // Skips the scan buffer, which would find its own contents.
    let own = u64::try_from(buffer.as_ptr().addr()).expect("it fits");
    let (own, own_end) = (own, own + u64::try_from(buffer.len()).expect("it fits"));
    let data: Vec<_> = data.flat_map(|(start, end)| [(start, end.min(own)), (start.max(own_end), end)]).collect();
    data.into_iter().map(|(start, end)| copies_within(&memory, &mut buffer, start, end)).sum()
}

/// Counts the copies between two addresses.
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
        // Windows overlap, so that a copy across two windows is found.
        at += u64::try_from(read - MASKED.len() + 1).expect("it fits");
    }
    buffer.fill(0);
    copies
}

/// Serializes the tests, which scan the same memory.
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

/// A source for the password in an encoded form, built like [`Made`], with an end that decides whether it decodes.
struct Encoded {
    form: fn(&mut String, [u8; 3]),
    end: &'static str,
}

const PADDING: usize = 3_000;

impl Source for Encoded {
    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let made = |request: &Request| {
            let mut text = String::with_capacity(1 << 14);
            text.extend(["{\"", request.id(), "\": \""]);
            // Padding first: the allocator reuses freed memory from its beginning, which would overwrite the password.
            (0..PADDING / 3).for_each(|_| (self.form)(&mut text, *b"pad"));
            MASKED.as_chunks::<3>().0.iter().for_each(|three| (self.form)(&mut text, three.map(unmasked)));
            text.push_str(self.end);
            text.push_str(r#""}"#);
            Ok(Fetched::new(text))
        };
        requests.iter().map(made).collect()
    }
}

fn base64(text: &mut String, [a, b, c]: [u8; 3]) {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = u32::from_be_bytes([0, a, b, c]);
    text.extend([18, 12, 6, 0].map(|shift| char::from(LETTERS[(bits >> shift & 63) as usize])));
}

fn hex(text: &mut String, bytes: [u8; 3]) {
    text.extend(
        bytes
            .into_iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(digit.into(), 16)),
    );
}

#[derive(Secret)]
#[secret(id = "base64")]
struct Base64 {
    #[secret(base64)]
    base64: Vec<u8>,
}

#[derive(Secret)]
#[secret(id = "hex")]
struct Hex {
    #[secret(hex)]
    hex: Vec<u8>,
}

#[test]
fn bytes_that_are_broken_at_their_end_leave_nothing_of_their_beginning() {
    let _alone = ALONE.lock().expect("the other test passed");
    let runtime = runtime();
    let secrets = |form, end| Secrets::new(Encoded { form, end });
    let whole = runtime.block_on(secrets(base64, "").load::<Base64>()).expect("base64");
    assert_eq!((whole.base64.len(), copies()), (PADDING + MASKED.len(), 1), "the search finds decoded bytes");
    drop(zeroize(whole.base64));
    let whole = runtime.block_on(secrets(hex, "").load::<Hex>()).expect("hex");
    assert_eq!((whole.hex.len(), copies()), (PADDING + MASKED.len(), 1), "the search finds decoded bytes");
    drop(zeroize(whole.hex));
    assert_eq!(copies(), 0, "before");
    runtime.block_on(secrets(base64, "AA!A").load::<Base64>()).expect_err("not base64");
    runtime.block_on(secrets(hex, "0g").load::<Hex>()).expect_err("not hex");
    assert_eq!(copies(), 0, "after");
}

/// `Vec` is not zeroized on drop, so this clears the result before the next scan.
fn zeroize(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.fill(0);
    std::hint::black_box(bytes)
}
