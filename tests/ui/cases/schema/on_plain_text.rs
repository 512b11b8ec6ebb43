use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(text, schema = "secrets/key.schema.json")]
struct Key(String);

fn main() {}

// Remedy: `, schema = "secrets/key.schema.json"` becomes nothing
