use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "/etc/orders-db.schema.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `/etc/orders-db.schema.json` becomes `cases/schema/fitting.json`
