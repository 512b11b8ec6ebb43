use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/optional_key.json")]
struct Db {
    username: String,
    port: u16,
}

fn main() {}

// Remedy: `port: u16` becomes `port: Option<u16>`
// Or: `    port` becomes `    #[secret(default = 5432)]\n    port`
// Or: in the file `"username"\n` becomes `"username", "port"\n`
