use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(debug)]
struct Db {
    port: u16,
}

fn main() {}
