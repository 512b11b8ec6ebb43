use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/type_of_no_schema.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: in the file `"text"` becomes `"string"`
