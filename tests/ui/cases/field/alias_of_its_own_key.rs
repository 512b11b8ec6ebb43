use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(alias = "port")]
    port: u16,
}

fn main() {}
