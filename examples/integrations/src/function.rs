//! `lambda_runtime`: a function whose environment is frozen between invocations asks for a value that is fresh enough.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, Service, service_fn};
use secrets_runtime::{ExposeSecret, Live, Secret, SecretString, Secrets};
use serde::{Deserialize, Serialize};

#[derive(Secret)]
#[secret(id = "mail/api")]
struct MailApi {
    key: SecretString,
}

/// Whom to write to.
#[derive(Debug, Deserialize)]
pub struct Mail {
    /// An address.
    pub to: String,
}

/// What was done.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// To whom.
    pub to: String,
    /// With a key of so many characters.
    pub key_length: usize,
}

/// What `lambda_runtime::run` runs: `run(function(&Secrets::from_env().await?).await?).await`.
///
/// # Errors
/// The secret cannot be read.
pub async fn function(
    secrets: &Secrets,
) -> Result<impl Service<LambdaEvent<Mail>, Response = Sent, Error = Error>, secrets_runtime::Error> {
    let mail: Live<MailApi> = secrets.live().await?;
    Ok(service_fn(move |event: LambdaEvent<Mail>| {
        let mail = mail.clone();
        async move {
            let api = mail.fresh(Duration::from_mins(5)).await?;
            Ok(Sent { to: event.payload.to, key_length: api.key.expose_secret().len() })
        }
    }))
}
