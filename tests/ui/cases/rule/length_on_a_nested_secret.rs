use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(length(1..=9))]
    port: Nested,
}

#[derive(Secret)]
struct Nested {}

fn main() {}
