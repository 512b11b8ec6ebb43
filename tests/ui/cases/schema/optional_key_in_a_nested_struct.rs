use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/optional_key_in_a_nested_struct.json")]
struct Db {
    host: Option<Host>,
}

#[derive(Secret)]
struct Host {
    name: String,
}

fn main() {}

// Remedy: `name: String` becomes `name: Option<String>`
// Or: in the file `"required": []` becomes `"required": ["name"]`
