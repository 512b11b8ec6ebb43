use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_key_in_the_items_of_a_list.json")]
struct Db {
    replicas: Vec<Host>,
}

#[derive(Secret)]
struct Host {
    name: String,
}

fn main() {}

// Remedy: `    name` becomes `    #[secret(rename = "Name")]\n    name`
