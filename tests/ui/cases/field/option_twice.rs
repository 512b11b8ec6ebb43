use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(public, public)]
    port: u16,
}

fn main() {}

// Remedy: `public, public` becomes `public`
