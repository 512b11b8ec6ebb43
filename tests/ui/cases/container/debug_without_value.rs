use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(debug)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `#[secret(debug)]` becomes nothing
// Or: `(debug)` becomes `(debug = false)`
