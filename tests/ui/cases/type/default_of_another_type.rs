use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(default = true)]
    port: u16,
}

fn main() {}

// Remedy: `default = true` becomes `default = 5432`
