use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_in_a_newtype.json")]
struct Db {
    key: Key,
}

#[derive(Secret)]
#[secret(text)]
struct Key(String);

fn main() {}

// Remedy: `#[secret(text)]\nstruct Key(String)` becomes `struct Key(u64)`
// Or: in the file `"integer"` becomes `"string"`
