use secrets_runtime::Secret;

#[derive(Secret)]
#[secret]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `#[secret]` becomes `#[secret(strict)]`
