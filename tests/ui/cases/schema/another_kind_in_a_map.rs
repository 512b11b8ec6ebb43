use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_in_a_map.json")]
struct Db {
    ports: std::collections::HashMap<String, u16>,
}

fn main() {}

// Remedy: `u16` becomes `Vec<u16>`
