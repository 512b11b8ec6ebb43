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

// Remedy: `base64(urlsafe)` becomes `base64(url)`
// and `base64 = "url"` becomes `base64(url)`
// and `from_str(integer)` becomes `from_str(number)`
