use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/text_for_a_list.json")]
struct Db {
    hosts: Vec<String>,
}

fn main() {}

// Remedy: `Vec<String>` becomes `String`
// Or: `    hosts` becomes `    #[secret(json)]\n    hosts`
