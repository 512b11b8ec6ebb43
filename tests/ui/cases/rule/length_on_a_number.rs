use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(length(1..=9))]
    port: u16,
}

fn main() {}

// Remedy: `length` becomes `range`
