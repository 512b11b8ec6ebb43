use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "secrets/mode.schema.json")]
enum Mode {
    Postgres(String),
}

fn main() {}

// Remedy: `#[secret(schema = "secrets/mode.schema.json")]` becomes nothing
