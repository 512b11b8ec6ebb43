use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "secrets\\orders-db.schema.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `secrets\\orders-db.schema.json` becomes `cases/schema/fitting.json`
