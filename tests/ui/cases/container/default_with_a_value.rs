use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(default = 5)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `#[secret(default = 5)]\n` becomes nothing
// and `    port` becomes `    #[secret(default = 5)]\n    port`
// Or: `#[derive(Secret)]` becomes `#[derive(Secret, Default)]`
// and `default = 5` becomes `default`
