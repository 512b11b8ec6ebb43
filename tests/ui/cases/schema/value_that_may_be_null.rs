use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/value_that_may_be_null.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: `String` becomes `Option<String>`
// Or: in the file `[\n        "string",\n        "null"\n      ]` becomes `"string"`
