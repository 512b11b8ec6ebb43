//! Settings before the source.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Secrets, Shared};
use crate::error::Error;
#[cfg(feature = "aws")]
use crate::source::{Aws, Batch};
use crate::source::{File, Platform, Source};

/// Builds [`Secrets`]: settings first, then the source.
///
/// ```no_run
/// # #[cfg(feature = "aws")] {
/// use secrets_runtime::{Batch, Secrets};
///
/// # async fn build() -> Result<(), secrets_runtime::Error> {
/// let secrets = Secrets::builder().placeholder("TENANT", "acme").batch(Batch::On).from_env().await?;
/// # Ok(())
/// # }
/// # }
/// ```
#[derive(Default)]
#[must_use = "a builder does nothing until it is given a source"]
pub struct Builder {
    placeholders: HashMap<String, String>,
    file_in_production: FileInProduction,
    #[cfg(feature = "aws")]
    concurrency: Option<usize>,
    #[cfg(feature = "aws")]
    batch: Option<Batch>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum FileInProduction {
    #[default]
    Refused,
    Allowed,
}

impl Builder {
    /// What `{name}` in a declared id stands for, in place of the environment variable of that name.
    pub fn placeholder(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.placeholders.insert(name.into(), value.into());
        self
    }

    /// Lets `SECRETS_SOURCE=file:..` take effect on ECS, EKS and Lambda too, where it usually is left over from somebody's
    /// laptop.
    pub fn allow_file_source_in_production(self) -> Self {
        Self { file_in_production: FileInProduction::Allowed, ..self }
    }

    /// How many AWS calls a load may have under way at once; 16 by default.
    #[cfg(feature = "aws")]
    pub fn concurrency(self, calls: usize) -> Self {
        Self { concurrency: Some(calls), ..self }
    }

    /// Whether many secrets are fetched by `BatchGetSecretValue`; wins over `SECRETS_BATCH`.
    #[cfg(feature = "aws")]
    pub fn batch(self, batch: Batch) -> Self {
        Self { batch: Some(batch), ..self }
    }

    /// As [`Secrets::from_env`].
    ///
    /// # Errors
    /// As [`Secrets::from_env`].
    #[allow(clippy::wrong_self_convention, reason = "the builder's counterpart of `Secrets::from_env`")]
    pub async fn from_env(self) -> Result<Secrets, Error> {
        let environment = Environment::read(super::environment)?;
        match &environment.source {
            Selected::File(path) => {
                environment.allow_file(self.file_in_production)?;
                Ok(self.source(File::new(path)))
            }
            Selected::Aws => self.aws_from_env(environment).await,
        }
    }

    #[cfg(feature = "aws")]
    async fn aws_from_env(self, environment: Environment) -> Result<Secrets, Error> {
        let batch = self.batch.or(environment.batch);
        let builder = Self { batch, ..self };
        let source = Aws::from_env().await;
        Ok(builder.aws(source))
    }

    #[cfg(not(feature = "aws"))]
    #[allow(clippy::unused_async, reason = "as with the feature")]
    async fn aws_from_env(self, _: Environment) -> Result<Secrets, Error> {
        Err(Error::configuration(
            "secrets-runtime was built without its `aws` feature",
            "switch the feature on, or set SECRETS_SOURCE=file:<path>",
        ))
    }

    /// As [`Secrets::from_sdk_config`].
    #[cfg(feature = "aws")]
    #[allow(clippy::wrong_self_convention, reason = "the builder's counterpart of `Secrets::from_sdk_config`")]
    #[must_use]
    pub fn from_sdk_config(self, config: &aws_config::SdkConfig) -> Secrets {
        self.aws(Aws::new(config))
    }

    #[cfg(feature = "aws")]
    fn aws(self, mut source: Aws) -> Secrets {
        if let Some(calls) = self.concurrency {
            source = source.concurrency(calls);
        }
        if let Some(batch) = self.batch {
            source = source.batch(batch);
        }
        self.source(source)
    }

    /// As [`Secrets::new`]. The settings for AWS do not apply to other sources.
    #[must_use]
    pub fn source(self, source: impl Source) -> Secrets {
        Secrets(Arc::new(Shared { source: Box::new(source), placeholders: self.placeholders }))
    }
}

/// It shows the names of placeholders, not what they stand for.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.placeholders.keys().collect();
        f.debug_struct("Builder")
            .field("placeholders", &names)
            .field("file_in_production", &self.file_in_production)
            .finish_non_exhaustive()
    }
}

/// What the environment says about the source.
#[derive(Debug)]
struct Environment {
    source: Selected,
    place: Platform,
    #[cfg(feature = "aws")]
    batch: Option<Batch>,
}

#[derive(Debug, PartialEq, Eq)]
enum Selected {
    Aws,
    File(PathBuf),
}

impl Environment {
    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        Ok(Self {
            source: selected(variable("SECRETS_SOURCE").as_deref())?,
            #[cfg(feature = "aws")]
            batch: batch(variable("SECRETS_BATCH").as_deref())?,
            place: Platform::place(variable),
        })
    }

    /// Refuses a local file where the real secrets are at hand.
    fn allow_file(&self, file_in_production: FileInProduction) -> Result<(), Error> {
        match self.place.production() {
            Some(place) if file_in_production == FileInProduction::Refused => Err(Error::configuration(
                format!("SECRETS_SOURCE selects a local file, but by its variables this is {place}"),
                "unset SECRETS_SOURCE to read from Secrets Manager; a program that means it calls \
                 `allow_file_source_in_production`",
            )),
            _ => Ok(()),
        }
    }
}

fn selected(source: Option<&str>) -> Result<Selected, Error> {
    match source {
        None | Some("" | "aws") => Ok(Selected::Aws),
        Some(source) => match source.strip_prefix("file:") {
            Some(path) if !path.is_empty() => Ok(Selected::File(path.into())),
            _ => {
                Err(Error::configuration("SECRETS_SOURCE selects no known source", "set it to `aws` or `file:<path>`"))
            }
        },
    }
}

#[cfg(feature = "aws")]
fn batch(batch: Option<&str>) -> Result<Option<Batch>, Error> {
    match batch {
        None | Some("") => Ok(None),
        Some("1" | "true" | "on") => Ok(Some(Batch::On)),
        Some("0" | "false" | "off") => Ok(Some(Batch::Off)),
        Some(_) => Err(Error::configuration("SECRETS_BATCH is neither on nor off", "set it to 1 or 0")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn environment(variables: &[(&str, &str)]) -> Result<Environment, Error> {
        Environment::read(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn aws_is_the_source_unless_a_file_is_selected() {
        let source = |variables| environment(variables).expect("valid").source;
        assert_eq!(source(&[]), Selected::Aws);
        assert_eq!(source(&[("SECRETS_SOURCE", "")]), Selected::Aws);
        assert_eq!(source(&[("SECRETS_SOURCE", "file:dev.json")]), Selected::File("dev.json".into()));
    }

    fn is_refused_unrepeated(variable: &str) {
        let error = environment(&[(variable, "canary")]).expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(variable) && !error.to_string().contains("canary"), "{error}");
    }

    #[test]
    fn an_unknown_source_is_an_error_that_does_not_repeat_it() {
        is_refused_unrepeated("SECRETS_SOURCE");
    }

    #[cfg(feature = "aws")]
    #[test]
    fn a_batch_that_is_neither_on_nor_off_is_an_error_that_does_not_repeat_it() {
        is_refused_unrepeated("SECRETS_BATCH");
    }

    #[test]
    fn a_file_is_refused_where_production_credentials_are_present() {
        let file = ("SECRETS_SOURCE", "file:dev.json");
        for credentials in [
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/1"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/token"),
            ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ] {
            let environment = environment(&[file, credentials]).expect("valid");
            let refused = environment.allow_file(FileInProduction::Refused).expect_err("production");
            assert_eq!(refused.kind(), ErrorKind::Configuration);
            assert!(environment.allow_file(FileInProduction::Allowed).is_ok());
        }
        let laptop = environment(&[file, ("AWS_PROFILE", "dev")]).expect("valid");
        assert!(laptop.allow_file(FileInProduction::Refused).is_ok());
    }
}
