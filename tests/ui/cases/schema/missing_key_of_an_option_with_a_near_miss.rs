use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_key_of_an_option_with_a_near_miss.json")]
struct Db {
    username: String,
    dbname: Option<String>,
}

fn main() {}

// Remedy: `    dbname` becomes `    #[secret(rename = "dbName")]\n    dbname`
