use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(1..=9))]
    port: Option<String>,
}

fn main() {}

// Remedy: `range` becomes `length`
