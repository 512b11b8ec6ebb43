use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "{APP-ENV}/db")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `APP-ENV` becomes `APP_ENV`
