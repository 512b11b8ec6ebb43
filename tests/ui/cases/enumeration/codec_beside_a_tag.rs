use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(tag = "engine")]
enum Mode {
    Postgres(#[secret(hex)] Vec<u8>),
}

fn main() {}

// Remedy: `(#[secret(hex)] Vec<u8>)` becomes ` {\n        #[secret(hex)]\n        key: Vec<u8>,\n    }`
// Or: `tag = "engine"` becomes `tag = "engine", content = "value"`
