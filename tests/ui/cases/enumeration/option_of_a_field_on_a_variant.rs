use secrets_runtime::Secret;

#[derive(Secret)]
enum Mode {
    #[secret(public)]
    A,
    B,
}

fn main() {}

// Remedy: `    #[secret(public)]\n` becomes nothing
