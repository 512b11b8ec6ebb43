//! Follows one secret and prints a line per value until standard input closes.

use std::io::Read;
use std::time::Duration;

use secrets_runtime::{Secret, Secrets};

#[derive(Secret)]
#[secret(id = "faults/db")]
struct Db {
    #[secret(public)]
    nth: u32,
}

#[tokio::main]
async fn main() -> Result<(), secrets_runtime::Error> {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let secrets = Secrets::builder().refresh(Duration::from_millis(50)).build_from_env().await?;
    let mut changes = secrets.live::<Db>().await?.changes();
    while let Some(db) = changes.next().await {
        println!("{}", db.nth);
    }
    Ok(())
}
