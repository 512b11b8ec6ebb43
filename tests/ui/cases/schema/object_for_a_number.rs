use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/object_for_a_number.json")]
struct Db {
    port: u16,
}

fn main() {}
