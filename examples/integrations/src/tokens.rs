//! `jsonwebtoken`: signs tokens with the newest key, and also accepts those signed with the previous one.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrets_runtime::{Error, ExposeSecret, Live, Secret, SecretSlice, Secrets, Versions};
use serde::{Deserialize, Serialize};

/// An HMAC key: random bytes.
#[derive(Secret)]
#[secret(id = "tokens/signing", refresh = "1m")]
pub struct SigningKey {
    #[secret(base64, length(min = 32))]
    key: SecretSlice<u8>,
}

/// The claims of a token.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The subject.
    pub sub: String,
    /// The expiry, in seconds since 1970.
    pub exp: u64,
}

/// Signs and verifies tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    signing: Live<SigningKey>,
    both: Live<Versions<SigningKey>>,
}

impl Tokens {
    /// Follows the secret.
    ///
    /// # Errors
    /// The secret cannot be read.
    pub async fn open(secrets: &Secrets) -> Result<Self, Error> {
        let signing = secrets.live::<SigningKey>().await?;
        Ok(Self { both: signing.with_previous().await?, signing })
    }

    /// Signs a token with the newest key.
    ///
    /// # Errors
    /// The claims cannot be serialized to JSON.
    pub fn sign(&self, claims: &Claims) -> jsonwebtoken::errors::Result<String> {
        self.signing.read(|signing| {
            let key = EncodingKey::from_secret(signing.key.expose_secret());
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key)
        })
    }

    /// The claims of a token that was signed with one of the two keys.
    ///
    /// # Errors
    /// Neither key signed it, or it has expired. The error is the one for the newest key.
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
