use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(range(1..=9))]
struct Db {
    port: u16,
}

fn main() {}
