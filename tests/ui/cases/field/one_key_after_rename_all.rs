use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(rename_all = "camelCase")]
struct Db {
    db_name: String,
    #[secret(rename = "dbName")]
    other: String,
}

fn main() {}
