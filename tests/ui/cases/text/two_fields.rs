use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(text)]
struct Key(String, String);

fn main() {}
