use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/unknown_variant_with_a_tag.json", tag = "engine", rename_all = "lowercase")]
enum Engine {
    Postgres { host: String, port: u16 },
    Sqlite { path: String },
}

fn main() {}

// Remedy: `    Sqlite` becomes `    Mysql { host: String },\n    Sqlite`
