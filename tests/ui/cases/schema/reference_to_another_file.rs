use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/reference_to_another_file.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: in the file `"names.json#/$defs/name"}` becomes `"#/$defs/name"}`
// and in the file `"required"` becomes `"$defs": {"name": {"type": "string"}},\n  "required"`
