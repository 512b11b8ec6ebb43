use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/optional_key.json")]
struct Db {
    username: String,
    port: u16,
}

fn main() {}
