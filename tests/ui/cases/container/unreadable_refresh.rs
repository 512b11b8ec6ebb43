use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(refresh = "5 minutes")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `5 minutes` becomes `5m`
