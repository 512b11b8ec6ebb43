use secrets_runtime::{Secret, Secrets};

#[derive(Secret)]
struct Db {
    port: u16,
}

async fn load(secrets: &Secrets) {
    let _ = secrets.load::<Db>().await;
}

fn main() {}

// Remedy: `struct` becomes `#[secret(id = "db")]\nstruct`
// Or: `load::<Db>()` becomes `load_from::<Db>("db")`
// Or: `load::<Db>()` becomes `live_from::<Db>("db")`
