use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(strict deny_unknown_fields)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `strict deny` becomes `strict, deny`
