use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    started: std::time::Instant,
}

fn main() {}
