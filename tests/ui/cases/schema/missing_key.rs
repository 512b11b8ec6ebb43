use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_key.json")]
struct Db {
    username: String,
    region: String,
}

fn main() {}

// Remedy: in the file `"username"\n` becomes `"username", "region"\n`
// and in the file `"properties": {` becomes `"properties": {\n    "region": {"type": "string"},`
// Or: `region: String` becomes `region: Option<String>`
