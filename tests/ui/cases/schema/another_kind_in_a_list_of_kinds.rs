use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_in_a_list_of_kinds.json")]
struct Db {
    ready: bool,
}

fn main() {}

// Remedy: in the file `[\n        "array",\n        "number"\n      ]` becomes `"boolean"`
