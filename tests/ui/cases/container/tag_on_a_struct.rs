use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(tag = "engine")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `#[secret(tag = "engine")]` becomes nothing
