use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(pattern = "[a-z")]
    port: String,
}

fn main() {}
