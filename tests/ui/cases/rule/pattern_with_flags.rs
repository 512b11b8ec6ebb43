use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(pattern = "(?i)a")]
    port: String,
}

fn main() {}

// Remedy: `(?i)a` becomes `[aA]`
