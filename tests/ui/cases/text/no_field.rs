use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(text)]
struct Key {}

fn main() {}

// Remedy: `struct Key {}` becomes `struct Key(secrets_runtime::SecretString);`
// Or: `#[secret(text)]\nstruct Key {}` becomes `struct Key {\n    key: String,\n}`
