use secrets_runtime::Secret;

#[derive(Secret)]
struct Nothing;

fn main() {}

// Remedy: `struct Nothing;` becomes `#[secret(text)]\nstruct Nothing(secrets_runtime::SecretString);`
// Or: `struct Nothing;` becomes `struct Nothing {\n    key: String,\n}`
