use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/list_for_a_text.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `String` becomes `Vec<String>`
// Or: in the file `"array"` becomes `"string"`
