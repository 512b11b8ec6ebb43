use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(9..=1))]
    port: u16,
}

fn main() {}

// Remedy: `9..=1` becomes `1..=9`
