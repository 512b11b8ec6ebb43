use secrets_runtime::Secret;

#[derive(Debug, Secret)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `Debug, ` becomes nothing
// Or: `Debug, ` becomes nothing
// and `struct` becomes `#[secret(debug = false)]\nstruct`
