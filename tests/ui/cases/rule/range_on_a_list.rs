use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(1..=9))]
    port: Vec<u16>,
}

fn main() {}

// Remedy: `range(1..=9)` becomes `each(range(1..=9))`
// Or: `range` becomes `length`
