use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(serde)]
    port: std::time::Instant,
}

fn main() {}
