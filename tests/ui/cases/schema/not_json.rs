use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/not_json.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: in the file `  }\n  "required"` becomes `  },\n  "required"`
// Or: `not_json` becomes `fitting`
