use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range())]
    port: u16,
}

fn main() {}

// Remedy: `range()` becomes `range(1..=9)`
