use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(pubic)]
    port: u16,
}

fn main() {}

// Remedy: `pubic` becomes `public`
