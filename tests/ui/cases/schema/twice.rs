use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "a.json", schema = "b.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `schema = "a.json", schema = "b.json"` becomes `schema = "cases/schema/fitting.json"`
