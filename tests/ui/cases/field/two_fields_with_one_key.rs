use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    port: u16,
    #[secret(rename = "port")]
    other_port: u16,
}

fn main() {}

// Remedy: `rename = "port"` becomes `rename = "otherPort"`
