use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(untagged, tag = "engine", content = "value", rename_all = "lowercase")]
enum Mode {
    Postgres { host: String },
}

fn main() {}
