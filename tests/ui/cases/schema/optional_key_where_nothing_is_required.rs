use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/optional_key_where_nothing_is_required.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `String` becomes `Option<String>`
