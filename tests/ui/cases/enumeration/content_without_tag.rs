use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(content = "value")]
enum Mode {
    Postgres(String),
}

fn main() {}

// Remedy: `content` becomes `tag = "engine", content`
