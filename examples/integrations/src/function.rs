//! `lambda_runtime`: a function whose environment is frozen between invocations requests a sufficiently fresh value.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, Service, service_fn};
use secrets_runtime::{ExposeSecret, Live, Secret, SecretString, Secrets};
use serde::{Deserialize, Serialize};

#[derive(Secret)]
#[secret(id = "mail/api")]
struct MailApi {
    key: SecretString,
}

/// The event.
#[derive(Debug, Deserialize)]
pub struct Mail {
    /// The recipient's address.
    pub to: String,
}

/// The result.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// The recipient.
    pub to: String,
    /// The length of the key that was used.
    pub key_length: usize,
}

/// The handler for `lambda_runtime::run`: `run(function(&Secrets::from_env().await?).await?).await`.
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
