use secrets_runtime::{Secret, Secrets};

#[derive(Secret)]
#[secret(id = "db")]
struct Db {
    port: u16,
}

async fn load(secrets: &Secrets) {
    let _ = secrets.load_all::<Db>().await;
}

fn main() {}

// Remedy: `load_all` becomes `load`
// Or: `load_all::<Db>` becomes `load_all::<(Db,)>`
