use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_tag.json", tag = "engine", rename_all = "lowercase")]
enum Engine {
    Postgres { host: String, port: u16 },
    Sqlite { path: String },
}

fn main() {}

// Remedy: `tag = "engine"` becomes `tag = "Engine"`
