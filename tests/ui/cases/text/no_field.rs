use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(text)]
struct Key {}

fn main() {}
