use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(min = 1, min = 2))]
    port: u16,
}

fn main() {}

// Remedy: `min = 2` becomes `max = 2`
