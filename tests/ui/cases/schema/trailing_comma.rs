use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/trailing_comma.json")]
struct Db {
    username: String,
}

fn main() {}
