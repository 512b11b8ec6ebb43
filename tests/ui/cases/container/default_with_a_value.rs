use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(default = 5)]
struct Db {
    port: u16,
}

fn main() {}
