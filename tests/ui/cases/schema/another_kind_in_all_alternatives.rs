use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_in_all_alternatives.json")]
struct Db {
    username: Option<String>,
}

fn main() {}

// Remedy: `String` becomes `Vec<String>`
// Or: in the file `"array"` becomes `"string"`
