use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(1..9))]
    port: u16,
}

fn main() {}

// Remedy: `1..9` becomes `1..=9`
// Or: `1..9` becomes `1..=8`
