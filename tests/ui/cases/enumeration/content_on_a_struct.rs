use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(content = "value", untagged)]
struct Mode {
    host: String,
}

fn main() {}
