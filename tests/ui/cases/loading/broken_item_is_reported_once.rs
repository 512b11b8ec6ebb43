use secrets_runtime::{Secret, Secrets};

#[derive(Secret)]
#[secret(nonsense)]
struct Db {
    port: u16,
}

async fn load(secrets: &Secrets) {
    let db = secrets.load::<Db>().await.unwrap();
    println!("{db:?} {}", db.port);
}

fn main() {}

// Remedy: `nonsense` becomes `id = "db"`
