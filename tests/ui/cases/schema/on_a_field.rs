use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(schema = "secrets/username.schema.json")]
    username: String,
}

fn main() {}

// Remedy: `    #[secret(schema = "secrets/username.schema.json")]\n` becomes nothing
// and `struct` becomes `#[secret(schema = "cases/schema/fitting.json")]\nstruct`
