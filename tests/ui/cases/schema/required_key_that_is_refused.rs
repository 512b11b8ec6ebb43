use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/required_key_that_is_refused.json", deny_unknown_fields)]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `    username: String,` becomes `    username: String,\n    region: String,`
