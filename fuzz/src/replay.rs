//! Runs targets without a fuzzer, on seeds and random mutations of them.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use fastrand::Rng;

/// A check that panics if it finds a bug.
pub type Check = fn(&[u8]);

/// Checks the files given as arguments, such as a fuzzer's finding.
///
/// # Errors
/// A file cannot be read.
pub fn arguments(check: Check) -> io::Result<()> {
    env::args_os().skip(1).try_for_each(|path| fs::read(path).map(|data| check(&data)))
}

/// The files of a directory, sorted by name.
///
/// # Errors
/// The directory or a file cannot be read.
pub fn files(directory: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    paths.sort();
    paths.iter().map(fs::read).collect()
}

/// A seed with a few mutations. The same number gives the same result.
#[must_use]
pub fn mutated(seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut random = Rng::with_seed(number);
    let mut data = random.choice(seeds).cloned().unwrap_or_default();
    for _ in 0..=random.usize(..4) {
        mutate(&mut data, seeds, &mut random);
    }
    data
}

/// Byte sequences that often expose bugs in parsers.
const PIECES: [&[u8]; 20] = [
    b"\"", b"\\", b"\\u00", b"\\ud83d", b"{", b"}", b"[", b"]", b":", b",", b" ", b"\n", b"0", b"-", b"9e", b".", b"e",
    b"null", b"\0", b"\xff",
];

fn mutate(data: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Rng) {
    let from = random.usize(..=data.len());
    let to = data.len().min(from + random.usize(..=16));
    match random.u8(..6) {
        0 => drop(data.drain(from..to)),
        1 => drop(data.splice(from..to, random.choice(PIECES).into_iter().flatten().copied())),
        2 => drop(data.splice(from..from, random.choice(PIECES).into_iter().flatten().copied())),
        3 if from < to => data[from] ^= 1 << random.u8(..8),
        4 => {
            let again = data[from..to].to_vec();
            drop(data.splice(from..from, again));
        }
        _ => {
            let other = random.choice(seeds).map(Vec::as_slice).unwrap_or_default();
            let start = random.usize(..=other.len());
            let end = other.len().min(start + random.usize(..=64));
            drop(data.splice(from..to, other[start..end].iter().copied()));
        }
    }
}
