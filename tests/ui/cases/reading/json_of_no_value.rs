use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(json)]
    port: std::time::Instant,
}

fn main() {}
