use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(min = "1"))]
    port: u16,
}

fn main() {}

// Remedy: `"1"` becomes `1`
