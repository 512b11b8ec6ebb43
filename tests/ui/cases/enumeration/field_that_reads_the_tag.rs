use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(tag = "engine")]
enum Mode {
    Postgres { engine: String },
    None,
}

fn main() {}
