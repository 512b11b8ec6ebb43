use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(default)]
    port: Nested,
}

#[derive(Secret)]
struct Nested {
    a: u8,
}

fn main() {}
