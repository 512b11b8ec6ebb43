use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(alias = "port")]
    port: u16,
}

fn main() {}

// Remedy: `    #[secret(alias = "port")]\n` becomes nothing
