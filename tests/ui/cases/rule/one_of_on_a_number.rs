use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(one_of("a"))]
    port: u16,
}

fn main() {}
