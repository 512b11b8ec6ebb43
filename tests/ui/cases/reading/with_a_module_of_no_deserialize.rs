use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(with = codec)]
    key: Vec<u8>,
}

mod codec {}

fn main() {}
