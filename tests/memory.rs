//! What stays in the memory of a process once a secret is not needed any more. A process of its own, which looks for the secret
//! in all of its memory.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use secrets_runtime::{
    ExposeSecret, Secret, SecretString, Secrets,
    source::{Fetched, Request, Source, SourceError},
};

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

/// The password in another form, made as [`Made`] makes its text, and what follows it.
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
            // Memory that is freed is used again, from its beginning.
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

/// A `Vec` is not zeroized when it is dropped; the next part of the test wants it gone.
fn zeroize(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.fill(0);
    std::hint::black_box(bytes)
}
