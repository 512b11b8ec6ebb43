use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `(id)` becomes `(id = "db")`
