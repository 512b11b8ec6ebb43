use secrets_runtime::Secret;

#[derive(Secret)]
enum Mode {
    #[secret(rename_all = "lowercase")]
    A,
    B,
}

fn main() {}

// Remedy: `    #[secret(rename_all = "lowercase")]` becomes `    #[secret(rename = "a")]`
