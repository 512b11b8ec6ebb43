use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(text)]
struct Key(String, String);

fn main() {}

// Remedy: `#[secret(text)]\n` becomes nothing
// and `(String, String);` becomes ` {\n    user: String,\n    password: String,\n}`
