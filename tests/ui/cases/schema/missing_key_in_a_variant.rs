use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_key_in_a_variant.json", tag = "engine", rename_all = "lowercase")]
enum Engine {
    Postgres { host: String, port: u16 },
    Sqlite { path: String },
}

fn main() {}

// Remedy: `{ path` becomes `{ #[secret(rename = "pfad")] path`
