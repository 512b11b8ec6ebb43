use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_in_a_variant.json", tag = "engine", rename_all = "lowercase")]
enum Engine {
    Postgres { host: String, port: u16 },
    Sqlite { path: String },
}

fn main() {}

// Remedy: `u16` becomes `Vec<u16>`
