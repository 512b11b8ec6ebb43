use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/unsupported_keyword.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: in the file `"$dynamicRef": "#name", ` becomes nothing
