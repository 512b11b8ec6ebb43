use secrets_runtime::Secret;

#[derive(Secret)]
struct Server {
    host: String,
    engine: Option<String>,
}

#[derive(Secret)]
#[secret(tag = "engine")]
enum Database {
    Postgres(Server),
}

fn main() {}

// Remedy: `    engine: Option<String>,\n` becomes nothing
