use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(text)]
struct Key(#[secret(rename = "key")] String);

fn main() {}

// Remedy: `#[secret(rename = "key")] ` becomes nothing
