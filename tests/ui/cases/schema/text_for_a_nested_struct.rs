use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/text_for_a_nested_struct.json")]
struct Db {
    host: Host,
}

#[derive(Secret)]
struct Host {
    name: String,
}

fn main() {}

// Remedy: `    host: Host` becomes `    #[secret(json)]\n    host: Host`
