use secrets_runtime::Secret;

use std::collections::BTreeMap;

#[derive(Secret)]
struct Db {
    ports: BTreeMap<u16, String>,
}

fn main() {}
