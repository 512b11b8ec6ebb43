//! Two typed secrets, and what a broken one reports.
//!
//! `cargo run --example quickstart` reads `secrets.json` beside this file: no AWS, no network.
//! `cargo run --example quickstart -- --aws` reads the same ids from Secrets Manager, or from what `AWS_ENDPOINT_URL` names.

use std::path::Path;

use secrets_runtime::{Error, ExposeSecret, Secret, SecretString, Secrets, source::File};

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

/// The key of a mail provider's API.
#[derive(Secret)]
#[secret(id = "quickstart/mail-api")]
struct MailApi {
    key: SecretString,
    #[secret(public)]
    senders: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("quickstart");
    let secrets = match std::env::args().nth(1).as_deref() {
        None => Secrets::new(File::new(here.join("secrets.json"))),
        Some("--aws") => Secrets::from_env().await?,
        Some(_) => {
            eprintln!("usage: quickstart [--aws]");
            std::process::exit(2);
        }
    };

    let (db, mail) = secrets.load_all::<(OrdersDb, MailApi)>().await?;
    println!("Two typed secrets, shown with `{{:?}}`:\n\n{db:#?}\n{mail:#?}\n");
    // The program has the values; here it only counts them.
    let OrdersDb { username, password, host, port, database } = &db;
    let database = database.as_deref().unwrap_or(username);
    println!("A driver would connect to {host}:{port}/{database} with a password of {} bytes,", length(password));
    println!("a mailer would send as {} with a key of {} bytes.\n", mail.senders.join(", "), length(&mail.key));

    println!("The same struct, read from a broken secret:\n");
    let broken = Secrets::new(File::new(here.join("broken.json")));
    match broken.load::<OrdersDb>().await {
        Ok(db) => println!("broken.json has been repaired: {db:?}"),
        Err(error) => println!("{error:#}"),
    }
    Ok(())
}

fn length(secret: &SecretString) -> usize {
    secret.expose_secret().len()
}
