use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(pattern = "a")]
    port: u16,
}

fn main() {}

// Remedy: `pattern = "a"` becomes `range(1..=9)`
