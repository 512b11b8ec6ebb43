use secrets_runtime::{Secret, Secrets};

#[derive(Secret)]
struct Db {
    port: u16,
}

#[derive(Secret)]
#[secret(id = "mail")]
struct Mail {
    key: String,
}

async fn load(secrets: &Secrets) {
    let _ = secrets.load_all::<(Db, Mail)>().await;
}

fn main() {}

// Remedy: `#[derive(Secret)]\nstruct Db` becomes `#[derive(Secret)]\n#[secret(id = "db")]\nstruct Db`
