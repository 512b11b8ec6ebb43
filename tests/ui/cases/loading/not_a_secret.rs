use secrets_runtime::Secrets;

struct Db {
    port: u16,
}

async fn load(secrets: &Secrets) {
    let _ = secrets.load_from::<Db>("db").await;
}

fn main() {}

// Remedy: `struct` becomes `#[derive(secrets_runtime::Secret)]\nstruct`
