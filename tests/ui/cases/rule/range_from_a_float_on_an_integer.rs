use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(min = 0.5))]
    port: u16,
}

fn main() {}

// Remedy: `0.5` becomes `1`
// Or: `u16` becomes `f64`
