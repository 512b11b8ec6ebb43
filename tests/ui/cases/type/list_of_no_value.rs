use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    started: Vec<std::time::Instant>,
}

fn main() {}
