use secrets_runtime::Secret;

#[derive(Secret)]
struct Login(String, String);

fn main() {}
