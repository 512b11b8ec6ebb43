use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(pattern = "[a-z")]
    port: String,
}

fn main() {}

// Remedy: `[a-z` becomes `[a-z]`
// Or: `"[a-z` becomes `r"\[a-z`
