use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = 5)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `id = 5` becomes `id = "5"`
