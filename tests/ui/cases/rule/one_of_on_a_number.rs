use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(one_of("a"))]
    port: u16,
}

fn main() {}

// Remedy: `one_of("a")` becomes `range(1..=9)`
