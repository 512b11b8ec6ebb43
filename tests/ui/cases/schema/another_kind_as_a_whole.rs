use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_as_a_whole.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `another_kind_as_a_whole` becomes `fitting`
