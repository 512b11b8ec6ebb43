use secrets_runtime::Secret;

#[derive(Secret)]
struct Nothing;

fn main() {}
