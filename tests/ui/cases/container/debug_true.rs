use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(debug = true)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `#[secret(debug = true)]` becomes nothing
// Or: `debug = true` becomes `debug = false`
