use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(base64(urlsafe))]
    key: Vec<u8>,
    #[secret(base64 = "url")]
    other: Vec<u8>,
    #[secret(from_str(integer))]
    level: u8,
}

fn main() {}
