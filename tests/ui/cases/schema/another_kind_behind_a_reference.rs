use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_behind_a_reference.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `String` becomes `Vec<String>`
// Or: in the file `"array"` becomes `"string"`
