use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(schema = "secrets/username.schema.json")]
    username: String,
}

fn main() {}
