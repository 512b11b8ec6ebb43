use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(low = 1))]
    port: u16,
}

fn main() {}

// Remedy: `low` becomes `min`
