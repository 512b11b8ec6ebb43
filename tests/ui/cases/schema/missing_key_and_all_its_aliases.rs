use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_key_and_all_its_aliases.json")]
struct Db {
    #[secret(alias = "user", alias = "login")]
    username: String,
}

fn main() {}

// Remedy: `alias = "user"` becomes `rename = "name", alias = "user"`
// Or: `username: String` becomes `username: Option<String>`
