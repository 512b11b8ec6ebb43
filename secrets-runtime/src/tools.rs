//! What `cargo secrets` needs besides the public API: reading a declared secret without its type.

use std::fmt;

use secrets_shape::id;
use secrets_shape::wire::Declaration;

use crate::decode::untyped;
use crate::error::Error;
use crate::secret::Secret;
#[cfg(feature = "aws-https")]
use crate::source::{self, Aws, environment};
use crate::source::{Fetched, Request, SecretId, Selector, Source, SourceError};
#[cfg(feature = "aws-https")]
use aws_config::SdkConfig;

/// A declared secret with its placeholders resolved.
#[derive(Debug, Clone)]
pub struct Declared(Request);

impl Declared {
    /// Replaces each `{VARIABLE}` in a declared id by the result of `lookup`.
    ///
    /// # Errors
    /// [`BadId`](crate::ErrorKind::BadId). The values of variables are not shown.
    pub fn resolve(declared: &str, selector: Selector, lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let id = id::resolve(declared, lookup).map_err(|reason| Error::declared_id(declared, &reason))?;
        Ok(Self(Request::of(SecretId::declared(declared, id), selector)))
    }

    /// The name or ARN. It may contain anything from a variable, so it is not for messages.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.id()
    }

    /// The id, in a form that is safe for messages.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.0.secret().shown()
    }

    /// The source has it, so the value of the variable is an id and may be shown.
    pub fn confirm(&self) {
        self.0.secret().confirm();
    }

    /// Fetches the secret's text.
    ///
    /// # Errors
    /// The source's error, with what to do about it.
    pub async fn fetch(&self, source: &impl Source) -> Result<Text, Error> {
        let answer = source.fetch(std::slice::from_ref(&self.0)).await.pop();
        let answer = answer.unwrap_or_else(|| Err(SourceError::unanswered()));
        self.0.learn(&answer);
        answer.map(Text).map_err(|error| Error::source(self.0.secret(), error))
    }
}

/// AWS as the environment configures it; a region or profile that is given takes precedence.
#[cfg(feature = "aws-https")]
pub async fn aws(region: Option<String>, profile: Option<&str>) -> Aws {
    Aws::from_env_and(region, profile).await
}

/// The region to which a request for an id goes.
#[cfg(feature = "aws-https")]
#[must_use]
pub fn region_of(source: &Aws, id: &str) -> Option<String> {
    source.region(id).map(|region| region.to_string())
}

/// The SDK configuration of the environment, for services other than Secrets Manager.
///
/// # Errors
/// A variable has an invalid value.
#[cfg(feature = "aws-https")]
pub async fn sdk_config(region: Option<String>, profile: Option<&str>) -> Result<SdkConfig, Error> {
    match source::problem(environment) {
        Some(problem) => Err(Error::configuration(format!("{} {}", problem.variable, problem.what), problem.remedy)),
        None => Ok(source::sdk_config(region, profile).await),
    }
}

/// Whether a variable for an endpoint is set and empty. The SDK panics on it, so it counts as unset.
#[cfg(feature = "aws-https")]
#[must_use]
pub fn has_empty_endpoint() -> bool {
    source::has_empty_endpoint(environment)
}

/// Whether an answer is an HTML page, which comes from a proxy.
#[cfg(feature = "aws-https")]
#[must_use]
pub fn is_html(body: &[u8]) -> bool {
    source::is_html(body)
}

/// Whether it has the form of AWS's error codes. Another text may be anything, and is not shown.
#[cfg(feature = "aws-https")]
#[must_use]
pub fn is_code(code: &str) -> bool {
    source::is_code(code)
}

/// What a denial's message says, as a clause, and what to do.
#[cfg(feature = "aws-https")]
#[must_use]
pub fn denied(message: &str, action: &str, resource: &str) -> (String, String) {
    let denial = source::Denial::of(message);
    (denial.detail(), denial.remedy(action, resource, "the user or role whose credentials this command has"))
}

/// Which step towards credentials failed, if that is the cause of an error, and what to do.
#[cfg(feature = "aws-https")]
#[must_use]
pub fn credentials_problem(error: &(dyn std::error::Error + 'static)) -> Option<(String, String)> {
    let error = source::of_credentials(error)?;
    Some((error.detail.into_owned(), error.hint.unwrap_or_default().into_owned()))
}

/// An error without its help.
#[must_use]
pub fn without_help(error: &Error) -> String {
    error.without_help()
}

/// Validates a document as the program with this declaration would, with the same messages, except for checks in its
/// own code.
///
/// # Errors
/// As [`Secret::from_json`](crate::Secret::from_json).
pub fn check(text: &str, declared: &'static Declaration<'static>) -> Result<(), Error> {
    let name = declared.type_path.rsplit("::").next().unwrap_or_default();
    untyped::judge(text, declared.format, &declared.shape).map_err(|failure| Error::decoding(name, None, failure))
}

/// The declaration that a program's binary carries for a type that is loaded by its declared id: for tests.
#[must_use]
pub const fn declaration<T: Secret>() -> Declaration<'static> {
    T::SPEC.declaration(T::SHAPE, true)
}

/// As [`Secret::json_schema`].
#[must_use]
pub fn json_schema(declared: &Declaration<'_>) -> String {
    crate::json_schema::document(&declared.shape, declared.format)
}

/// The text of a secret, zeroized on drop.
pub struct Text(Fetched);

impl Text {
    /// The text itself: for reading, not for showing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_text()
    }

    /// The full ARN of the secret, if the source knows it.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        self.0.arn()
    }

    /// The id of the version, if the source knows it.
    #[must_use]
    pub fn version_id(&self) -> Option<&str> {
        self.0.version_id()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Text").field(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    #[tokio::test]
    async fn a_declared_secret_is_read_without_its_type_and_not_shown() {
        let source = Memory::new().with("prod/db", "canary");
        let declared =
            Declared::resolve("{APP_ENV}/db", Selector::Stage("AWSCURRENT".into()), |_| Some("prod".to_owned()))
                .expect("an id");
        assert_eq!((declared.id(), declared.shown()), ("prod/db", "prod/db"));
        let text = declared.fetch(&source).await.expect("there");
        assert_eq!(text.expose(), "canary");
        assert!(!format!("{text:?} {declared:?}").contains("canary"));
        let missing =
            Declared::resolve("{DB_SECRET}", Selector::Stage("AWSCURRENT".into()), |_| Some("canary".to_owned()))
                .expect("an id");
        let error = missing.fetch(&source).await.expect_err("there is none");
        assert_eq!(error.secret_id(), Some("{DB_SECRET}"));
    }
}
