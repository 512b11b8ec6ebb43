use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(strict, strict)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `strict, strict` becomes `strict`
