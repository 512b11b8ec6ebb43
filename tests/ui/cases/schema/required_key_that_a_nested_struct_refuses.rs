use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/required_key_that_a_nested_struct_refuses.json")]
struct Db {
    host: Host,
}

#[derive(Secret)]
#[secret(deny_unknown_fields)]
struct Host {
    name: String,
}

fn main() {}

// Remedy: `    name: String,` becomes `    name: String,\n    zone: String,`
