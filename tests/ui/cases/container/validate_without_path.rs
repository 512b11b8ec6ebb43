use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(validate)]
struct Db {
    port: u16,
}

fn main() {}
