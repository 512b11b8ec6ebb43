use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(each = 5)]
    port: Vec<u8>,
}

fn main() {}

// Remedy: `each = 5` becomes `each(range(1..=5))`
