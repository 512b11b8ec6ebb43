use secrets_runtime::Secret;

use std::collections::BTreeMap;

#[derive(Secret)]
struct Db {
    ports: BTreeMap<Vec<u8>, String>,
}

fn main() {}

// Remedy: `Vec<u8>` becomes `String`
