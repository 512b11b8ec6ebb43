use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(tag = "engine")]
enum Mode {
    Postgres(String),
    None,
}

fn main() {}
