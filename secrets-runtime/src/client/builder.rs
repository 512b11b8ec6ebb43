//! The builder: settings first, then the source.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::environment::Environment;
#[cfg(feature = "aws-https")]
use super::environment::Selected;
use super::{Secrets, Shared};
use crate::error::Error;
use crate::live::{Background, Registry, Settings, Start};
#[cfg(feature = "aws")]
use crate::source::Aws;
#[cfg(feature = "aws-https")]
use crate::source::File;
use crate::source::{Platform, Source, environment};

/// Builds [`Secrets`]: settings first, then the source.
///
/// ```no_run
/// # #[cfg(feature = "aws-https")] {
/// use std::time::Duration;
///
/// use secrets_runtime::Secrets;
///
/// # async fn build() -> Result<(), secrets_runtime::Error> {
/// let secrets = Secrets::builder().placeholder("TENANT", "acme").refresh(Duration::from_secs(60)).build_from_env().await?;
/// # Ok(())
/// # }
/// # }
/// ```
#[derive(Default)]
#[must_use = "a builder does nothing until it is given a source"]
pub struct SecretsBuilder {
    placeholders: HashMap<String, String>,
    #[cfg(feature = "aws-https")]
    file_in_production: FileInProduction,
    settings: Settings,
}

/// Whether a local file may replace the real secrets in production.
#[cfg(feature = "aws-https")]
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum FileInProduction {
    #[default]
    Refused,
    Allowed,
}

impl SecretsBuilder {
    /// Sets the value of the placeholder `{name}` in declared ids. It replaces the environment variable of that name.
    ///
    /// ```
    /// use secrets_runtime::{Secrets, source::Memory};
    ///
    /// // `{APP_ENV}/mail` is `test/mail`, whatever the environment says.
    /// let secrets = Secrets::builder().placeholder("APP_ENV", "test").build(Memory::new());
    /// ```
    pub fn placeholder(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.placeholders.insert(name.into(), value.into());
        self
    }

    /// Allows `SECRETS_SOURCE=file:..` on ECS, EKS and Lambda too. By default it is refused there, because it is
    /// usually left over from a laptop.
    ///
    /// ```
    /// # use secrets_runtime::Secrets;
    /// # async fn example() -> Result<(), secrets_runtime::Error> {
    /// let secrets = Secrets::builder().allow_file_source_in_production().build_from_env().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "aws-https")]
    pub fn allow_file_source_in_production(self) -> Self {
        Self { file_in_production: FileInProduction::Allowed, ..self }
    }

    /// The maximum number of concurrent calls of the source; at least 1, 128 by default. AWS allows 10,000
    /// `GetSecretValue` calls per second in an account and region: with answers after 25 ms, 128 concurrent calls use
    /// half of that while a program with thousands of secrets starts.
    ///
    /// ```
    /// use secrets_runtime::{Secrets, source::Memory};
    ///
    /// let secrets = Secrets::builder().concurrency(4).build(Memory::new());
    /// ```
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.settings.concurrency = calls;
        self
    }

    /// The time limit for one call of the source, on top of any limit that the source has itself; 30 s by default, at
    /// least 1 ms. A call that exceeds it fails as [`TimedOut`](crate::ErrorKind::TimedOut) and is retried later. The
    /// AWS source gives up after 10 s by itself.
    ///
    /// ```
    /// use std::time::Duration;
    /// use secrets_runtime::{Secrets, source::Memory};
    ///
    /// let secrets = Secrets::builder().call_timeout(Duration::from_secs(5)).build(Memory::new());
    /// ```
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.settings.call_timeout = limit.max(Duration::from_millis(1));
        self
    }

    /// The interval between polls of live secrets, with a jitter of 10 %; at least 1 ms. Overrides `SECRETS_REFRESH`
    /// and the declarations.
    ///
    /// ```
    /// use std::time::Duration;
    /// use secrets_runtime::{Secrets, source::Memory};
    ///
    /// let secrets = Secrets::builder().refresh(Duration::from_secs(30)).build(Memory::new());
    /// ```
    pub fn refresh(mut self, interval: Duration) -> Self {
        self.settings.refresh = Some(interval);
        self
    }

    /// The maximum age of the values of live secrets. Once a value is older, [`health`](Secrets::health) is degraded
    /// and [`fresh`](crate::Live::fresh) polls the source. Overrides `SECRETS_MAX_STALE` and the declarations. Zero is
    /// invalid: loading then fails with [`Configuration`](crate::ErrorKind::Configuration).
    ///
    /// ```
    /// use std::time::Duration;
    /// use secrets_runtime::{Secrets, source::Memory};
    ///
    /// let secrets = Secrets::builder().max_stale(Duration::from_secs(3600)).build(Memory::new());
    /// ```
    pub fn max_stale(mut self, age: Duration) -> Self {
        self.settings.max_stale = Some(age);
        self
    }

    /// Makes a live secret fail to start if its current version is refused, even if the previous version is good.
    ///
    /// ```
    /// use secrets_runtime::{Secrets, source::Memory};
    ///
    /// let secrets = Secrets::builder().start_on_current_only().build(Memory::new());
    /// ```
    pub fn start_on_current_only(mut self) -> Self {
        self.settings.start = Start::OnCurrentOnly;
        self
    }

    /// Disables the background task and leaves polling to [`fresh`](crate::Live::fresh) and
    /// [`refresh`](crate::Live::refresh): for processes that are frozen between calls. On AWS Lambda this is always so.
    ///
    /// ```
    /// use secrets_runtime::{Secrets, source::Memory};
    ///
    /// let secrets = Secrets::builder().without_background_task().build(Memory::new());
    /// ```
    pub fn without_background_task(mut self) -> Self {
        self.settings.background = Background::Program;
        self
    }

    /// As [`Secrets::from_env`].
    ///
    /// ```
    /// # use secrets_runtime::Secrets;
    /// # async fn example() -> Result<(), secrets_runtime::Error> {
    /// let secrets = Secrets::builder().build_from_env().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Secrets::from_env`].
    #[cfg(feature = "aws-https")]
    pub async fn build_from_env(self) -> Result<Secrets, Error> {
        let environment = Environment::read(environment)?;
        match &environment.source {
            Selected::File(path) => {
                environment.allow_file(self.file_in_production)?;
                Ok(self.build(File::new(path)))
            }
            Selected::Aws => self.aws_from_env().await,
        }
    }

    /// Takes what the program did not set from the environment, whatever the source.
    fn settled(mut self, environment: &Environment) -> Self {
        self.settings.refresh = self.settings.refresh.or(environment.refresh);
        self.settings.max_stale = self.settings.max_stale.or(environment.max_stale);
        if environment.place == Platform::Lambda && self.settings.background != Background::Program {
            self.settings.background = Background::Program;
            crate::live::no_background_task();
        }
        self
    }

    #[cfg(feature = "aws-https")]
    async fn aws_from_env(self) -> Result<Secrets, Error> {
        let source = Aws::from_env().await;
        match source.problem() {
            Some(problem) => {
                Err(Error::configuration(format!("{} {}", problem.variable, problem.what), problem.remedy))
            }
            None => Ok(self.aws(source, Environment::read(environment))),
        }
    }

    /// As [`Secrets::from_sdk_config`].
    ///
    /// ```no_run
    /// # use secrets_runtime::Secrets;
    /// # async fn example() -> Result<(), secrets_runtime::Error> {
    /// let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    /// let secrets = Secrets::builder().concurrency(4).build_from_sdk_config(&config);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "aws")]
    #[must_use]
    pub fn build_from_sdk_config(self, config: &aws_config::SdkConfig) -> Secrets {
        self.aws(Aws::new(config), Environment::read(environment))
    }

    #[cfg(feature = "aws")]
    fn aws(self, source: Aws, environment: Result<Environment, Error>) -> Secrets {
        let batch = environment.as_ref().ok().and_then(|environment| environment.batch);
        let source = source.concurrency(self.settings.concurrency);
        self.with(batch.into_iter().fold(source, Aws::batch), environment)
    }

    /// As [`Secrets::new`].
    ///
    /// ```
    /// use secrets_runtime::{Secrets, source::File};
    ///
    /// let secrets = Secrets::builder().build(File::new("secrets.json"));
    /// ```
    #[must_use]
    pub fn build(self, source: impl Source) -> Secrets {
        self.with(source, Environment::read(environment))
    }

    /// Building cannot fail: every call that needs the settings returns the error of an invalid one.
    fn with(self, source: impl Source, environment: Result<Environment, Error>) -> Secrets {
        let (builder, broken) = match environment {
            Ok(environment) => (self.settled(&environment), None),
            Err(error) => (self, Some(error)),
        };
        let settings = builder.settings;
        let broken = broken.or_else(|| settings.max_stale.is_some_and(|age| age.is_zero()).then(never_fresh));
        let registry = Registry::new(Box::new(source), settings);
        Secrets(Arc::new(Shared { registry, broken, placeholders: builder.placeholders }))
    }
}

fn never_fresh() -> Error {
    Error::configuration(
        "`max_stale` is zero, so that every value is stale at once",
        "leave `max_stale` out, or make it longer than the interval between polls",
    )
}

/// Shows the names of placeholders, not their values.
impl fmt::Debug for SecretsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.placeholders.keys().collect();
        f.debug_struct("SecretsBuilder").field("placeholders", &names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Json, Report, Reported};
    use crate::secret::{Secret, SecretValue};
    use crate::source::Memory;
    use crate::spec::SecretSpec;
    use secrets_shape::shape::Shape;

    struct Text;

    #[diagnostic::do_not_recommend]
    impl SecretValue for Text {
        const SHAPE: Shape = Shape::Any;

        fn decode(_: &Json<'_>, _: &mut Report) -> Result<Self, Reported> {
            Ok(Self)
        }
    }

    #[diagnostic::do_not_recommend]
    impl Secret for Text {
        const SPEC: SecretSpec = SecretSpec::new("Text");
    }

    const MINUTE: Duration = Duration::from_secs(60);

    fn of(variables: &[(&str, &str)]) -> Environment {
        let read = |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        Environment::read(read).expect("the test's own")
    }

    #[test]
    fn the_builder_goes_before_the_environment_before_the_declaration_before_the_default() {
        let set = || SecretsBuilder::default().refresh(MINUTE).max_stale(MINUTE);
        let declared = SecretSpec::new("T").refreshed_every(3 * MINUTE).stale_after(3 * MINUTE);
        let variables = of(&[("SECRETS_REFRESH", "2m"), ("SECRETS_MAX_STALE", "2m")]);
        let none = of(&[]);
        let settled = |builder: SecretsBuilder, environment: &Environment, spec: &SecretSpec| {
            let settings = builder.settled(environment).settings;
            (settings.interval(spec), settings.max_stale(spec))
        };
        assert_eq!(settled(set(), &variables, &declared), (MINUTE, Some(MINUTE)));
        assert_eq!(settled(SecretsBuilder::default(), &variables, &declared), (2 * MINUTE, Some(2 * MINUTE)));
        assert_eq!(settled(SecretsBuilder::default(), &none, &declared), (3 * MINUTE, Some(3 * MINUTE)));
        assert_eq!(settled(SecretsBuilder::default(), &none, &SecretSpec::new("T")), (5 * MINUTE, None));
    }

    fn settings(secrets: &Secrets) -> Settings {
        secrets.0.registry.poller.settings
    }

    #[test]
    fn the_environment_counts_whatever_the_source() {
        let read = || Ok(of(&[("SECRETS_REFRESH", "2m"), ("AWS_LAMBDA_FUNCTION_NAME", "orders")]));
        let memory = settings(&SecretsBuilder::default().with(Memory::new(), read()));
        assert_eq!((memory.refresh, memory.background), (Some(2 * MINUTE), Background::Program));
        #[cfg(feature = "aws-https")]
        {
            let config = aws_config::SdkConfig::builder().build();
            let aws = settings(&SecretsBuilder::default().aws(Aws::new(&config), read()));
            assert_eq!((aws.refresh, aws.background), (Some(2 * MINUTE), Background::Program));
        }
    }

    #[tokio::test]
    async fn a_setting_that_cannot_be_is_told_by_whatever_needs_it() {
        let unreadable = Environment::read(|name| (name == "SECRETS_REFRESH").then(|| "often".to_owned()));
        let broken = [
            ("SECRETS_REFRESH", SecretsBuilder::default().with(Memory::new().with("text", "{}"), unreadable)),
            (
                "`max_stale` is zero",
                SecretsBuilder::default().max_stale(Duration::ZERO).build(Memory::new().with("text", "{}")),
            ),
        ];
        for (told, secrets) in broken {
            let errors = [
                secrets.load_from::<Text>("text").await.map(drop),
                secrets.load_many::<Text>(["text"]).await.map(drop),
                secrets.live_from::<Text>("text").await.map(drop),
            ];
            for error in errors {
                let error = error.expect_err("it cannot be");
                assert_eq!(error.kind(), crate::ErrorKind::Configuration);
                assert!(error.to_string().contains(told), "{error}");
            }
        }
    }

    #[test]
    fn on_lambda_there_is_no_background_task() {
        let lambda = of(&[("AWS_LAMBDA_FUNCTION_NAME", "orders")]);
        assert_eq!(SecretsBuilder::default().settled(&lambda).settings.background, Background::Program);
        assert_eq!(SecretsBuilder::default().settled(&of(&[])).settings.background, Background::Task);
    }
}
