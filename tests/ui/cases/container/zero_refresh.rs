use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(refresh = "0s")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `"0s"` becomes `"30s"`
