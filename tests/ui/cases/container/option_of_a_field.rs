use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(range(1..=9))]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `#[secret(range(1..=9))]\n` becomes nothing
// and `    port` becomes `    #[secret(range(1..=9))]\n    port`
