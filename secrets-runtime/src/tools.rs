//! What `cargo secrets` needs besides the public interface: a declared secret that is read without its type.

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

/// A declared secret, its placeholders resolved.
#[derive(Debug, Clone)]
pub struct Declared(Request);

impl Declared {
    /// Replaces each `{VARIABLE}` of a declared id by what `lookup` finds.
    ///
    /// # Errors
    /// [`BadId`](crate::ErrorKind::BadId); what a variable holds is not shown.
    pub fn resolve(declared: &str, selector: Selector, lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let id = id::resolve(declared, lookup).map_err(|reason| Error::declared_id(declared, &reason))?;
        Ok(Self(Request::of(SecretId::declared(declared, id), selector)))
    }

    /// The name or ARN. What variables brought into it may be anything: it is not for messages.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.id()
    }

    /// The id, fit for messages.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.0.secret().shown()
    }

    /// The source has it: what one variable holds is an id.
    pub fn confirm(&self) {
        self.0.secret().confirm();
    }

    /// Fetches the secret's text.
    ///
    /// # Errors
    /// What the source says, with what to do about it.
    pub async fn fetch(&self, source: &impl Source) -> Result<Text, Error> {
        let answer = source.fetch(std::slice::from_ref(&self.0)).await.pop();
        let answer = answer.unwrap_or_else(|| Err(SourceError::unanswered()));
        self.0.learn(&answer);
        answer.map(Text).map_err(|error| Error::source(self.0.secret(), error))
    }
}

/// AWS as the environment says, but for a region and a profile that are given.
#[cfg(feature = "aws-https")]
pub async fn aws(region: Option<String>, profile: Option<&str>) -> Aws {
    Aws::from_env_and(region, profile).await
}

/// The region in which an id is asked for.
#[cfg(feature = "aws-https")]
#[must_use]
pub fn region_of(source: &Aws, id: &str) -> Option<String> {
    source.region(id).map(|region| region.to_string())
}

/// The SDK configuration of the environment, for other services than Secrets Manager.
///
/// # Errors
/// A variable has a value that cannot be.
#[cfg(feature = "aws-https")]
pub async fn sdk_config(region: Option<String>, profile: Option<&str>) -> Result<SdkConfig, Error> {
    match source::problem(environment) {
        Some(problem) => Err(Error::configuration(format!("{} {}", problem.variable, problem.what), problem.remedy)),
        None => Ok(source::sdk_config(region, profile).await),
    }
}

/// Whether a variable names an endpoint that is nothing, over which the SDK panics: it counts as unset.
#[cfg(feature = "aws-https")]
#[must_use]
pub fn has_empty_endpoint() -> bool {
    source::has_empty_endpoint(environment)
}

/// Whether an answer is a page for people, and so of a proxy.
#[cfg(feature = "aws-https")]
#[must_use]
pub fn is_html(body: &[u8]) -> bool {
    source::is_html(body)
}

/// Which step of the way to credentials failed, if that is what an error is about, and what to do.
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

/// Judges a document as the program would that declares a type: all but what its own code says, in the same words.
///
/// # Errors
/// As [`Secret::from_json`](crate::Secret::from_json).
pub fn check(text: &str, declared: &'static Declaration<'static>) -> Result<(), Error> {
    let name = declared.type_path.rsplit("::").next().unwrap_or_default();
    untyped::judge(text, declared.format, &declared.shape).map_err(|failure| Error::decoding(name, None, failure))
}

/// What a program's binary says of a type that it loads by the id which it declares: for tests.
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
    /// The text itself: for looking at, not for showing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_text()
    }

    /// The full ARN of the secret, as the source says.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        self.0.arn()
    }

    /// The id of the version, as the source says.
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
