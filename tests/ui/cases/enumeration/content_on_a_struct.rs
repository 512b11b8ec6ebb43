use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(content = "value", untagged)]
struct Mode {
    host: String,
}

fn main() {}

// Remedy: `#[secret(content = "value", untagged)]` becomes nothing
