use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(rename_all = "camelcase")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `camelcase` becomes `camelCase`
