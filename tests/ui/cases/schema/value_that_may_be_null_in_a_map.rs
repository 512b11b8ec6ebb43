use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/value_that_may_be_null_in_a_map.json")]
struct Db {
    ports: std::collections::BTreeMap<String, u16>,
}

fn main() {}

// Remedy: `u16` becomes `Option<u16>`
