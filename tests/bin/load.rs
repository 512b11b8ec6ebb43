//! A minimal service: loads one secret as configured by the environment, and prints it or the error.

use secrets_runtime::{Secret, Secrets};

#[derive(Secret)]
#[secret(id = "environment/service")]
#[expect(dead_code, reason = "only shown")]
struct Service {
    #[secret(public)]
    host: String,
    token: String,
}

#[tokio::main]
async fn main() -> Result<(), secrets_runtime::Error> {
    let secrets = Secrets::from_env().await?;
    println!("{:?}", secrets.load::<Service>().await?);
    Ok(())
}
