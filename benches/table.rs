//! All timings in one run; `cargo bench -p secrets-benches --features contests --bench table -- read start` runs only these sections.

use secrets_benches::{compile, decode, fleet, poll, read, rows, start};

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wants = |section: &str| asked.is_empty() || asked.iter().any(|asked| asked == section);
    rows::begin();
    if wants("read") {
        read::times();
    }
    if wants("decode") {
        decode::times();
    }
    if wants("start") {
        start::times();
    }
    if wants("poll") {
        poll::calls();
        poll::times();
        poll::failing();
    }
    if wants("fleet") {
        fleet::peaks();
    }
    if wants("compile") {
        compile::times();
    }
    rows::end();
}
