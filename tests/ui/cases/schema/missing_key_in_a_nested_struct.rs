use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_key_in_a_nested_struct.json")]
struct Db {
    host: Host,
}

#[derive(Secret)]
struct Host {
    name: String,
}

fn main() {}

// Remedy: `    name` becomes `    #[secret(rename = "address")]\n    name`
// Or: `name: String` becomes `name: Option<String>`
