use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(rename = 5)]
    port: u16,
}

fn main() {}

// Remedy: `rename = 5` becomes `rename = "5"`
