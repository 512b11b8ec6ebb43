use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(pattern = r"\s")]
    port: String,
}

fn main() {}

// Remedy: `\s` becomes `[ \t]`
