use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_key_with_a_near_miss.json")]
struct Db {
    username: String,
    dbname: String,
}

fn main() {}

// Remedy: `    dbname` becomes `    db_name`
