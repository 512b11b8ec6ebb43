use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema)]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `(schema)` becomes `(schema = "cases/schema/fitting.json")`
