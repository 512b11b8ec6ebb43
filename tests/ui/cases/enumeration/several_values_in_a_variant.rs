use secrets_runtime::Secret;

#[derive(Secret)]
enum Mode {
    Postgres(String, u16),
    None,
}

fn main() {}

// Remedy: `(String, u16)` becomes ` { host: String, port: u16 }`
