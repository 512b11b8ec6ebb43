//! What the library does, in a few seconds: a typed secret, the report of a broken one, and a live secret that follows a rotation.
//!
//! `cargo run --example quickstart` needs no AWS and no network.
//! `cargo run --example quickstart -- --aws` reads the same ids from Secrets Manager, or from what `AWS_ENDPOINT_URL` names.
//! `cargo run --example quickstart -- --watch` follows `secrets.json` beside this file while you edit it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrets_runtime::source::{File, Memory};
use secrets_runtime::{Error, ExposeSecret, HealthState, Live, Secret, SecretString, Secrets};

/// Credentials of the orders database.
#[derive(Secret)]
#[secret(id = "quickstart/orders-db")]
struct OrdersDb {
    username: String,
    #[secret(length(min = 12))]
    password: SecretString,
    #[secret(public)]
    host: String,
    #[secret(public, default = 5432, range(1..=65535))]
    port: u16,
    #[secret(rename = "dbname", public)]
    database: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    match std::env::args().nth(1).as_deref() {
        None => {
            load(&Secrets::new(File::new(beside("secrets.json")))).await?;
            refuse().await;
            follow().await
        }
        Some("--aws") => load(&Secrets::from_env().await?).await,
        Some("--watch") => watch(std::env::args().nth(2).map_or_else(|| beside("secrets.json"), PathBuf::from)).await,
        Some(_) => {
            eprintln!("usage: quickstart [--aws | --watch [FILE]]");
            std::process::exit(2);
        }
    }
}

/// A secret becomes a struct. `{:?}` shows the fields that are `public`, and no others.
async fn load(secrets: &Secrets) -> Result<(), Error> {
    let db = secrets.load::<OrdersDb>().await?;
    println!("1. A typed secret:\n{db:#?}\n");
    let OrdersDb { username, password, host, port, database } = &db;
    let (database, length) = (database.as_deref().unwrap_or(username), password.expose_secret().len());
    println!("A driver would connect to {host}:{port}/{database} with a password of {length} bytes.\n");
    Ok(())
}

/// A secret that breaks the contract is an error that names every problem at once.
async fn refuse() {
    let secrets = Secrets::new(File::new(beside("broken.json")));
    match secrets.load::<OrdersDb>().await {
        Ok(db) => println!("2. broken.json has been repaired: {db:?}\n"),
        Err(error) => println!("2. A broken secret:\n{error:#}\n"),
    }
}

/// A live secret follows its rotation, and keeps the last good version when a bad one is stored.
async fn follow() -> Result<(), Error> {
    let document =
        |host: &str, password: &str| format!(r#"{{"username": "orders", "password": "{password}", "host": "{host}"}}"#);
    let source = Memory::new().with("quickstart/orders-db", document("old.internal", "0123456789ab"));
    // A background task polls: every 5 minutes unless the program says otherwise.
    let secrets = Secrets::builder().refresh(Duration::from_millis(500)).build(source.clone());
    let db: Live<OrdersDb> = secrets.live().await?;
    let mut changes = db.changes();
    changes.next().await; // the current version
    let show = |when: &str| println!("{when}: {}, health: {}", db.read(|db| db.host.clone()), secrets.health().state);
    println!("3. A live secret:");
    show("at the start    ");

    source.set("quickstart/orders-db", document("new.internal", "ba9876543210"));
    changes.next().await;
    show("after a rotation");

    source.set("quickstart/orders-db", document("bad.internal", "short"));
    while secrets.health().state == HealthState::Ok {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    show("after a bad edit");
    for error in secrets.health().secrets.iter().filter_map(|secret| secret.error.as_ref()) {
        println!("{error:#}");
    }

    source.set("quickstart/orders-db", document("good.internal", "0123456789ab"));
    changes.next().await;
    show("after its repair");
    Ok(())
}

/// Prints what becomes of each edit of the file, until Ctrl-C.
async fn watch(file: PathBuf) -> Result<(), Error> {
    let secrets = Secrets::builder().refresh(Duration::from_secs(1)).build(File::new(&file));
    let db: Live<OrdersDb> = secrets.live().await?;
    println!("Edit {} and see what happens; Ctrl-C ends it.", file.display());
    let mut changes = db.changes();
    let mut told = None;
    loop {
        // A new version wakes this at once; a refused one shows in the health.
        match tokio::time::timeout(Duration::from_secs(1), changes.next()).await {
            Ok(Some(version)) => println!("in use: {:?}", *version),
            Ok(None) => return Ok(()),
            Err(_) => {}
        }
        let health = secrets.health().to_string();
        if told.as_ref() != Some(&health) {
            println!("health: {health}");
            told = Some(health);
        }
    }
}

fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("quickstart").join(name)
}
