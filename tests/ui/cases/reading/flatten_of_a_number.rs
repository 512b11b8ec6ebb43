use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(flatten)]
    port: u16,
}

fn main() {}

// Remedy: `    #[secret(flatten)]\n` becomes nothing
