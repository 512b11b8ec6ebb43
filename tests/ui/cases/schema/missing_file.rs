use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_file.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `missing_file` becomes `fitting`
