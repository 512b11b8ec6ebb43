use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(length(min = -1))]
    port: String,
}

fn main() {}

// Remedy: `-1` becomes `1`
