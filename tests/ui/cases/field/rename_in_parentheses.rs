use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(rename("p"))]
    port: u16,
}

fn main() {}

// Remedy: `rename("p")` becomes `rename = "p"`
