use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_in_a_list.json")]
struct Db {
    ports: Vec<Option<u16>>,
}

fn main() {}

// Remedy: `u16` becomes `bool`
