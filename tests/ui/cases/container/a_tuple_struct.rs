use secrets_runtime::Secret;

#[derive(Secret)]
struct Password(String);

fn main() {}
