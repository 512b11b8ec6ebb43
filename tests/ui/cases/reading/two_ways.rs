use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(base64, hex)]
    port: Vec<u8>,
}

fn main() {}

// Remedy: `base64, ` becomes nothing
// Or: `, hex` becomes nothing
