use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_key.json")]
struct Db {
    username: String,
    region: String,
}

fn main() {}
