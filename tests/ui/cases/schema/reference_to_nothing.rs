use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/reference_to_nothing.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: in the file `{"$ref": "#/$defs/name"}` becomes `{"type": "string"}`
