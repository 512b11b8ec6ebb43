use secrets_runtime::Secret;

#[derive(Secret)]
#[secret("db")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `("db")` becomes `(id = "db")`
