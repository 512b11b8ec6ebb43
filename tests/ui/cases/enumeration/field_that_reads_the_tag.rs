use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(tag = "engine")]
enum Mode {
    Postgres { engine: String },
    None,
}

fn main() {}

// Remedy: `Postgres { engine: String }` becomes `Postgres {}`
// Or: `engine: String` becomes `#[secret(rename = "kind")] engine: String`
