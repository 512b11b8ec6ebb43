use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/several_problems.json", deny_unknown_fields)]
struct Db {
    dbname: String,
    port: Vec<u16>,
    region: String,
}

fn main() {}

// Remedy: `    dbname` becomes `    db_name`
// and `Vec<u16>` becomes `u16`
// and `region: String` becomes `region: Option<String>`
