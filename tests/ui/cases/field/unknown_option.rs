use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(nonsense)]
    port: u16,
}

fn main() {}

// Remedy: `nonsense` becomes `public`
