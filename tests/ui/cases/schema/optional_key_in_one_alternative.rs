use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/optional_key_in_one_alternative.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `String` becomes `Option<String>`
