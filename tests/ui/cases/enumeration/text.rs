use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(text)]
enum Mode {
    A,
    B,
}

fn main() {}

// Remedy: `#[secret(text)]` becomes nothing
