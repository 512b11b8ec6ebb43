use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(tag = "engine", content = "value")]
enum Mode {
    Postgres { host: String },
}

fn main() {}
