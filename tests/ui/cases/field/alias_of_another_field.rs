use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    user: String,
    #[secret(alias = "user")]
    username: String,
}

fn main() {}

// Remedy: `    #[secret(alias = "user")]\n` becomes nothing
