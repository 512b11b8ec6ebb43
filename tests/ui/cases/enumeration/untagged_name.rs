use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(untagged)]
enum Mode {
    Postgres { host: String },
    None,
}

fn main() {}

// Remedy: `    None,\n` becomes nothing
