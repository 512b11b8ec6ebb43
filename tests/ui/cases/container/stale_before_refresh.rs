use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(refresh = "5m", max_stale = "1m")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `"1m"` becomes `"15m"`
