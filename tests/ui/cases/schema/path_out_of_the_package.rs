use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "../secrets/db.schema.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `../secrets/db.schema.json` becomes `cases/schema/fitting.json`
