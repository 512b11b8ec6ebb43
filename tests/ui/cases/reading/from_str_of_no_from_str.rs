use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(from_str)]
    port: Vec<std::time::Instant>,
}

fn main() {}
