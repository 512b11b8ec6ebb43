use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/another_kind_far_inside.json")]
struct Db {
    replicas: std::collections::BTreeMap<String, Vec<Outer>>,
}

#[derive(Secret)]
struct Outer {
    host: Host,
}

#[derive(Secret)]
struct Host {
    name: String,
}

fn main() {}

// Remedy: `    name: String` becomes `    name: u16`
