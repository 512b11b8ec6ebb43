use secrets_runtime::{Secret, SecretString};

#[derive(Secret)]
#[secret(text, trim = true)]
struct ApiKey(SecretString);

fn main() {}

// Remedy: `, trim = true` becomes nothing
// Or: `trim = true` becomes `trim = false`
