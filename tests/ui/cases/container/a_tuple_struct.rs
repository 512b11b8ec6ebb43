use secrets_runtime::Secret;

#[derive(Secret)]
struct Login(String, String);

fn main() {}

// Remedy: `(String, String);` becomes ` {\n    user: String,\n    password: String,\n}`
