use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(text, rename_all = "camelCase")]
struct Key(String);

fn main() {}

// Remedy: `, rename_all = "camelCase"` becomes nothing
