use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(skip, range(1..=9))]
    port: u16,
}

fn main() {}

// Remedy: `, range(1..=9)` becomes nothing
// Or: `skip, ` becomes nothing
