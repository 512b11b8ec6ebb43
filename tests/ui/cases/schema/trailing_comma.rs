use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/trailing_comma.json")]
struct Db {
    username: String,
}

fn main() {}

// Remedy: in the file `},\n  }` becomes `}\n  },\n  "required": ["username"]`
// Or: `trailing_comma` becomes `fitting`
