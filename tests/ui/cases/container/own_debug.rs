use secrets_runtime::Secret;

#[derive(Debug, Secret)]
struct Db {
    port: u16,
}

fn main() {}
