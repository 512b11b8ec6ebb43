use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(each(range(1..=9)))]
    port: u16,
}

fn main() {}

// Remedy: `each(range(1..=9))` becomes `range(1..=9)`
