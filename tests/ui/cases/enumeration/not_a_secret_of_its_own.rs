use secrets_runtime::{Secret, Secrets};

#[derive(Secret)]
enum Mode {
    A,
    B,
}

async fn load(secrets: &Secrets) {
    let _ = secrets.load_from::<Mode>("mode").await;
}

fn main() {}
