use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(trim)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `#[secret(trim)]` becomes nothing
