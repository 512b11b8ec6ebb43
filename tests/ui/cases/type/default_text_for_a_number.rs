use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(default = "5432")]
    port: u16,
}

fn main() {}

// Remedy: `"5432"` becomes `5432`
