use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(deny_unknown_field)]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `unknown_field)` becomes `unknown_fields)`
