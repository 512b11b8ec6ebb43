use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(5))]
    port: u16,
}

fn main() {}

// Remedy: `range(5)` becomes `range(5..=9)`
// Or: `range(5)` becomes `range(min = 5, max = 9)`
