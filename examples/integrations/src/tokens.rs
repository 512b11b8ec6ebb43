//! `jsonwebtoken`: tokens are signed with the newest key, and accepted under the one before as well.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrets_runtime::{Error, ExposeSecret, Live, Secret, SecretSlice, Secrets, Versions};
use serde::{Deserialize, Serialize};

/// The key of an HMAC, as random bytes.
#[derive(Secret)]
#[secret(id = "tokens/signing", refresh = "1m")]
pub struct SigningKey {
    #[secret(base64, length(min = 32))]
    key: SecretSlice<u8>,
}

/// What a token says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Whom it is about.
    pub sub: String,
    /// Until when it counts, in seconds since 1970.
    pub exp: u64,
}

/// Signs and verifies.
#[derive(Debug, Clone)]
pub struct Tokens {
    signing: Live<SigningKey>,
    both: Live<Versions<SigningKey>>,
}

impl Tokens {
    /// Follows the secret.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn open(secrets: &Secrets) -> Result<Self, Error> {
        let signing = secrets.live::<SigningKey>().await?;
        Ok(Self { both: signing.with_previous().await?, signing })
    }

    /// A token under the newest key.
    ///
    /// # Errors
    /// The claims are no JSON.
    pub fn sign(&self, claims: &Claims) -> jsonwebtoken::errors::Result<String> {
        self.signing.read(|signing| {
            let key = EncodingKey::from_secret(signing.key.expose_secret());
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key)
        })
    }

    /// What a token says that one of the two keys made.
    ///
    /// # Errors
    /// Neither did, or it counts no more: what the newest key says of it.
    pub fn verify(&self, token: &str) -> jsonwebtoken::errors::Result<Claims> {
        self.both.read(|both| {
            let verify = |signing: &SigningKey| {
                let key = DecodingKey::from_secret(signing.key.expose_secret());
                jsonwebtoken::decode::<Claims>(token, &key, &Validation::new(Algorithm::HS256))
                    .map(|token| token.claims)
            };
            let before = || both.previous.as_ref().and_then(|previous| verify(previous).ok());
            verify(&both.current).or_else(|error| before().ok_or(error))
        })
    }
}
