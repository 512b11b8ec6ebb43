use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(rename_all = "camelCase")]
struct Db {
    db_name: String,
    #[secret(rename = "dbName")]
    other: String,
}

fn main() {}

// Remedy: `rename = "dbName"` becomes `rename = "otherName"`
