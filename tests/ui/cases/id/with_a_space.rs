use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "prod/orders db")]
struct Db {
    port: u16,
}

fn main() {}

// Remedy: `orders db` becomes `orders/db`
