use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(1..=70000))]
    port: u16,
}

fn main() {}

// Remedy: `70000` becomes `65535`
// Or: `u16` becomes `u32`
