use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(each = 5)]
    port: Vec<u8>,
}

fn main() {}
