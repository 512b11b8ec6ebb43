//! Settings before the source.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::environment::{Environment, Selected};
use super::{Secrets, Shared};
use crate::error::Error;
use crate::refresh::{Background, Hub, Settings, Start};
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
    settings: Settings,
}

/// Whether a local file may take the place of the real secrets.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileInProduction {
    #[default]
    Refused,
    Allowed,
}

impl Builder {
    /// What `{name}` in a declared id stands for, in place of the environment variable of that name.
    ///
    /// ```
    /// use secrets_runtime::{Memory, Secrets};
    ///
    /// // `{APP_ENV}/mail` is `test/mail`, whatever the environment says.
    /// let secrets = Secrets::builder().placeholder("APP_ENV", "test").source(Memory::new());
    /// ```
    pub fn placeholder(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.placeholders.insert(name.into(), value.into());
        self
    }

    /// Lets `SECRETS_SOURCE=file:..` take effect on ECS, EKS and Lambda too, where it usually is left over from somebody's
    /// laptop.
    ///
    /// ```
    /// # use secrets_runtime::Secrets;
    /// # async fn example() -> Result<(), secrets_runtime::Error> {
    /// let secrets = Secrets::builder().allow_file_source_in_production().from_env().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn allow_file_source_in_production(self) -> Self {
        Self { file_in_production: FileInProduction::Allowed, ..self }
    }

    /// How many AWS calls may be under way at once; 16 by default.
    ///
    /// ```
    /// # use secrets_runtime::Secrets;
    /// # async fn example() -> Result<(), secrets_runtime::Error> {
    /// let secrets = Secrets::builder().concurrency(4).from_env().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "aws")]
    pub fn concurrency(self, calls: usize) -> Self {
        Self { concurrency: Some(calls), ..self }
    }

    /// Whether many secrets are fetched by `BatchGetSecretValue`; wins over `SECRETS_BATCH`.
    ///
    /// ```
    /// # use secrets_runtime::{Batch, Secrets};
    /// # async fn example() -> Result<(), secrets_runtime::Error> {
    /// let secrets = Secrets::builder().batch(Batch::On).from_env().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "aws")]
    pub fn batch(self, batch: Batch) -> Self {
        Self { batch: Some(batch), ..self }
    }

    /// How often live secrets are looked at, give or take a tenth; wins over `SECRETS_REFRESH` and over what their
    /// declarations say. At least a millisecond.
    ///
    /// ```
    /// use std::time::Duration;
    /// use secrets_runtime::{Memory, Secrets};
    ///
    /// let secrets = Secrets::builder().refresh(Duration::from_secs(30)).source(Memory::new());
    /// ```
    pub fn refresh(mut self, interval: Duration) -> Self {
        self.settings.refresh = Some(interval);
        self
    }

    /// How old the values of live secrets may get before [`health`](Secrets::health) is degraded and
    /// [`fresh`](crate::Live::fresh) asks the source; wins over `SECRETS_MAX_STALE` and over what their declarations say.
    ///
    /// ```
    /// use std::time::Duration;
    /// use secrets_runtime::{Memory, Secrets};
    ///
    /// let secrets = Secrets::builder().max_stale(Duration::from_secs(3600)).source(Memory::new());
    /// ```
    pub fn max_stale(mut self, age: Duration) -> Self {
        self.settings.max_stale = Some(age);
        self
    }

    /// Lets a live secret fail to start whose current version is refused, although the one before is good.
    ///
    /// ```
    /// use secrets_runtime::{Memory, Secrets};
    ///
    /// let secrets = Secrets::builder().start_on_current_only().source(Memory::new());
    /// ```
    pub fn start_on_current_only(mut self) -> Self {
        self.settings.start = Start::OnCurrentOnly;
        self
    }

    /// Leaves looking at live secrets to [`fresh`](crate::Live::fresh) and [`refresh`](crate::Live::refresh): for processes
    /// that are frozen between calls. `from_env` does this by itself on AWS Lambda.
    ///
    /// ```
    /// use secrets_runtime::{Memory, Secrets};
    ///
    /// let secrets = Secrets::builder().without_background_task().source(Memory::new());
    /// ```
    pub fn without_background_task(mut self) -> Self {
        self.settings.background = Background::Nobody;
        self
    }

    /// As [`Secrets::from_env`].
    ///
    /// ```
    /// # use secrets_runtime::Secrets;
    /// # async fn example() -> Result<(), secrets_runtime::Error> {
    /// let secrets = Secrets::builder().from_env().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Secrets::from_env`].
    #[allow(clippy::wrong_self_convention, reason = "the builder's counterpart of `Secrets::from_env`")]
    pub async fn from_env(self) -> Result<Secrets, Error> {
        let environment = Environment::read(super::environment)?;
        let builder = self.settled(&environment);
        match &environment.source {
            Selected::File(path) => {
                environment.allow_file(builder.file_in_production)?;
                Ok(builder.source(File::new(path)))
            }
            Selected::Aws => builder.aws_from_env().await,
        }
    }

    /// What the program did not set is taken from the environment.
    fn settled(mut self, environment: &Environment) -> Self {
        self.settings.refresh = self.settings.refresh.or(environment.refresh);
        self.settings.max_stale = self.settings.max_stale.or(environment.max_stale);
        #[cfg(feature = "aws")]
        {
            self.batch = self.batch.or(environment.batch);
        }
        if environment.place == Platform::Lambda {
            self.settings.background = Background::Nobody;
        }
        self
    }

    #[cfg(feature = "aws")]
    async fn aws_from_env(self) -> Result<Secrets, Error> {
        let source = Aws::from_env().await;
        Ok(self.aws(source))
    }

    #[cfg(not(feature = "aws"))]
    #[allow(clippy::unused_async, reason = "as with the feature")]
    async fn aws_from_env(self) -> Result<Secrets, Error> {
        Err(Error::configuration(
            "secrets-runtime was built without its `aws` feature",
            "switch the feature on, or set SECRETS_SOURCE=file:<path>",
        ))
    }

    /// As [`Secrets::from_sdk_config`].
    ///
    /// ```no_run
    /// # use secrets_runtime::Secrets;
    /// # async fn example() -> Result<(), secrets_runtime::Error> {
    /// let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    /// let secrets = Secrets::builder().concurrency(4).from_sdk_config(&config);
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```
    /// use secrets_runtime::{File, Secrets};
    ///
    /// let secrets = Secrets::builder().source(File::new("secrets.json"));
    /// ```
    #[must_use]
    pub fn source(self, source: impl Source) -> Secrets {
        let hub = Arc::new(Hub::new(Box::new(source), self.settings));
        Secrets(Arc::new(Shared { hub, placeholders: self.placeholders }))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;
    use crate::secret::SecretSpec;

    const MINUTE: Duration = Duration::from_mins(1);

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let read = |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        Environment::read(read).expect("the test's own")
    }

    #[test]
    fn the_builder_goes_before_the_environment_before_the_declaration_before_the_default() {
        let set = || Builder::default().refresh(MINUTE).max_stale(MINUTE);
        let declared = SecretSpec::new("T").refreshed_every(3 * MINUTE).stale_after(3 * MINUTE);
        let variables = environment(&[("SECRETS_REFRESH", "2m"), ("SECRETS_MAX_STALE", "2m")]);
        let none = environment(&[]);
        let of = |builder: Builder, environment: &Environment, spec: &SecretSpec| {
            let Secrets(shared) = builder.settled(environment).source(Memory::new());
            (shared.hub.interval(spec), shared.hub.max_stale(spec))
        };
        assert_eq!(of(set(), &variables, &declared), (MINUTE, Some(MINUTE)));
        assert_eq!(of(Builder::default(), &variables, &declared), (2 * MINUTE, Some(2 * MINUTE)));
        assert_eq!(of(Builder::default(), &none, &declared), (3 * MINUTE, Some(3 * MINUTE)));
        assert_eq!(of(Builder::default(), &none, &SecretSpec::new("T")), (5 * MINUTE, None));
    }

    #[cfg(feature = "aws")]
    #[test]
    fn batches_are_off_unless_the_environment_or_the_builder_says_otherwise() {
        let on = environment(&[("SECRETS_BATCH", "1")]);
        assert_eq!(Builder::default().settled(&environment(&[])).batch, None);
        assert_eq!(Builder::default().settled(&on).batch, Some(Batch::On));
        assert_eq!(Builder::default().batch(Batch::Off).settled(&on).batch, Some(Batch::Off));
    }

    #[test]
    fn on_lambda_there_is_no_background_task() {
        let lambda = environment(&[("AWS_LAMBDA_FUNCTION_NAME", "orders")]);
        assert_eq!(Builder::default().settled(&lambda).settings.background, Background::Nobody);
        assert_eq!(Builder::default().settled(&environment(&[])).settings.background, Background::Task);
    }
}
