use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "secrets/orders-db.schema.yaml")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `secrets/orders-db.schema.yaml` becomes `cases/schema/fitting.json`
