use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    started: std::time::Instant,
    replica: Replica,
    port: u16,
    ended: Option<std::time::Instant>,
}

#[derive(Secret)]
struct Replica {
    since: std::time::Instant,
    #[secret(range(1..=9))]
    host: String,
}

fn main() {}

// Remedy: `    started: std::time::Instant` becomes `    started: std::time::Duration`
// and `Option<std::time::Instant>` becomes `Option<std::time::Duration>`
// and `    since: std::time::Instant` becomes `    since: std::time::Duration`
// and `range` becomes `length`
