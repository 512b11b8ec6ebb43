use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(skip)]
    port: std::time::Instant,
}

fn main() {}

// Remedy: `(skip)` becomes `(skip, default = std::time::Instant::now())`
