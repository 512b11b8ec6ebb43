use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/several_problems.json", deny_unknown_fields)]
struct Db {
    dbname: String,
    port: Vec<u16>,
    region: String,
}

fn main() {}
