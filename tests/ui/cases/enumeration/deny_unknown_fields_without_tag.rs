use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(deny_unknown_fields)]
enum Mode {
    A,
    B,
}

fn main() {}

// Remedy: `#[secret(deny_unknown_fields)]` becomes nothing
