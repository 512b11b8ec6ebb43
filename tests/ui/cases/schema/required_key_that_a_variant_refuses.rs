use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/required_key_that_a_variant_refuses.json", tag = "engine", rename_all = "lowercase", deny_unknown_fields)]
enum Engine {
    Postgres { host: String, port: u16 },
    Sqlite { path: String },
}

fn main() {}

// Remedy: `{ path: String }` becomes `{ path: String, mode: String }`
