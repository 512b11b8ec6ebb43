use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(tag = "engine")]
enum Mode {
    Postgres(String),
    None,
}

fn main() {}

// Remedy: `(String)` becomes ` { host: String }`
// Or: `tag = "engine"` becomes `tag = "engine", content = "value"`
