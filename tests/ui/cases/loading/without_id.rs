use secrets_runtime::{Secret, Secrets};

#[derive(Secret)]
struct Db {
    port: u16,
}

async fn load(secrets: &Secrets) {
    let _ = secrets.load::<Db>().await;
}

fn main() {}
