use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(default = 0, range(1..=9))]
    port: u16,
}

fn main() {}

// Remedy: `default = 0` becomes `default = 1`
