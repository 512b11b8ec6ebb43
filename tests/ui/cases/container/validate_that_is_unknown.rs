use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(validate = judge)]
struct Db {
    port: u16,
}

fn main() {}
