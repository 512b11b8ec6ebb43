use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(nonsense)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `nonsense` becomes `strict`
