use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "a", id = "b")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `id = "a", ` becomes nothing
// Or: `, id = "b"` becomes nothing
