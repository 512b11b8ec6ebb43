use secrets_runtime::{Secret, SecretString};

#[derive(Secret)]
#[secret(text)]
struct ApiKey(#[secret(public)] SecretString);

fn main() {}

// Remedy: `#[secret(public)] ` becomes nothing
