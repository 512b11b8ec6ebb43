use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/boolean_for_a_float.json")]
struct Db {
    ratio: f64,
}

fn main() {}

// Remedy: `f64` becomes `bool`
