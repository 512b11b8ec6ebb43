use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_behind_definitions.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `String` becomes `std::collections::BTreeMap<String, String>`
// Or: in the file `"name": {\n      "type": "object"` becomes `"name": {\n      "type": "string"`
