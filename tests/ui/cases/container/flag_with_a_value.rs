use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(strict = true)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `strict = true` becomes `strict`
