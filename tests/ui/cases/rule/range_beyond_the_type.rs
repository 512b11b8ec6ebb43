use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(range(1..=70000))]
    port: u16,
}

fn main() {}
