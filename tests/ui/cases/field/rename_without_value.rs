use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(rename)]
    port: u16,
}

fn main() {}
