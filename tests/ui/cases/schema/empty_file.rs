use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/empty_file.json")]
struct Db {
    username: String,
}

fn main() {}
