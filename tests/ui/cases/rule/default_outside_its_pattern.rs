use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(default = "A", pattern = "^[a-z]$")]
    port: String,
}

fn main() {}

// Remedy: `"A"` becomes `"a"`
