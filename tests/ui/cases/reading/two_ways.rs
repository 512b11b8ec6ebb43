use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(base64, hex)]
    port: Vec<u8>,
}

fn main() {}
