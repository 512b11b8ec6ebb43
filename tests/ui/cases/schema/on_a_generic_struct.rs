use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "secrets/orders-db.schema.json")]
struct Db<T> {
    username: String,
    options: T,
}

fn main() {}

// Remedy: `<T>` becomes nothing
// and `    options: T,\n` becomes nothing
// and `secrets/orders-db.schema.json` becomes `cases/schema/fitting.json`
