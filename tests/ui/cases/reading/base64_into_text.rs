use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(base64)]
    port: String,
}

fn main() {}

// Remedy: `String` becomes `Vec<u8>`
