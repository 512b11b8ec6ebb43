use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/number_for_a_text.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `String` becomes `u64`
