use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_behind_definitions.json")]
struct Db {
    username: String,
}

fn main() {}
