use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "{APP_ENV/db")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `APP_ENV/` becomes `APP_ENV}/`
