use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/missing_key_in_a_flattened_struct.json")]
struct Db {
    port: u16,
    #[secret(flatten)]
    host: Host,
}

#[derive(Secret)]
struct Host {
    name: String,
}

fn main() {}

// Remedy: `    name` becomes `    #[secret(rename = "nmae")]\n    name`
