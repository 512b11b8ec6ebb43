use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(length(9..=1))]
    port: String,
}

fn main() {}

// Remedy: `9..=1` becomes `1..=9`
