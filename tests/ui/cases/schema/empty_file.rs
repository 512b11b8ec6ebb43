use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/empty_file.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `cases/schema/empty_file.json` becomes `cases/schema/fitting.json`
