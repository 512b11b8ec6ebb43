use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(multiple_of(0))]
    port: u16,
    #[secret(multiple_of(0.5))]
    pool: u16,
    #[secret(multiple_of(5), default = 7)]
    limit: u16,
}

fn main() {}

// Remedy: `multiple_of(0))` becomes `multiple_of(1))`
// and `multiple_of(0.5)` becomes `multiple_of(5)`
// and `default = 7` becomes `default = 10`
