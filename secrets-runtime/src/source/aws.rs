//! AWS Secrets Manager through the official SDK. Only this file knows the SDK; the client only names its configuration
//! type.
//!
//! An `SdkError` may own the raw response with its body: it is taken apart here and never formatted.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

#[cfg(feature = "aws-https")]
use aws_config::BehaviorVersion;
use aws_config::{AppName, Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::config::{Builder, Config};
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::RequestId;
use aws_sdk_secretsmanager::primitives::DateTime;
use aws_sdk_secretsmanager::types::{ApiErrorType, SecretValueEntry};
use futures_util::{StreamExt, stream};

use super::aws_environment::{self, Problem};
use super::batch::{self, Answerer, Batch, Match, Switch};
use super::hint::{NO_REGION, Place};
use super::{Fetched, Platform, Request, Selector, Source, SourceError, credentials, environment, failure};
use crate::error::ErrorKind;
use secrets_shape::id::Arn;

type Answer = Result<Fetched, SourceError>;

/// AWS Secrets Manager.
///
/// A connection is made within 1 s, an attempt ends within 3 s, and all attempts of the SDK together within 10 s,
/// unless the SDK configuration says otherwise. A request for an ARN of another region goes to that region.
///
/// ```
/// use secrets_runtime::{Secrets, source::{Aws, File, Source}};
///
/// # async fn example() {
/// let secrets = Secrets::new(Aws::from_env().await.or(File::new("secrets.json")));
/// # }
/// ```
pub struct Aws {
    config: Config,
    /// Whether the program set an endpoint.
    has_endpoint: bool,
    platform: Platform,
    /// An environment variable whose value the SDK cannot handle.
    problem: Option<Problem>,
    concurrency: usize,
    batch: Switch,
    /// One client per region; they share credentials.
    clients: Mutex<HashMap<Region, Client>>,
}

/// The concurrent calls of one `fetch`, unless the program sets another number.
const CONCURRENCY: usize = 128;

impl Aws {
    /// Uses the SDK's default chain: environment, profile, SSO, web identity, ECS and EKS container credentials, EC2.
    ///
    /// ```
    /// # async fn example() {
    /// let source = secrets_runtime::source::Aws::from_env().await;
    /// # }
    /// ```
    #[cfg(feature = "aws-https")]
    pub async fn from_env() -> Self {
        Self::from_env_and(None, None).await
    }

    /// Uses the environment; a region or profile that is given takes precedence.
    #[cfg(feature = "aws-https")]
    pub(crate) async fn from_env_and(region: Option<String>, profile: Option<&str>) -> Self {
        let config = sdk_config(region, profile).await;
        let source = Self::new(&config);
        Self {
            platform: if profile.is_some() { Platform::Profile } else { Platform::detect(environment) },
            problem: aws_environment::problem(environment).or(source.problem),
            ..source
        }
    }

    /// An environment variable with an invalid value.
    #[cfg(feature = "aws-https")]
    pub(crate) fn problem(&self) -> Option<Problem> {
        self.problem
    }

    /// Uses a given SDK configuration: an assumed role, another endpoint, other timeouts. A configuration loaded by
    /// `aws_config` has a connect timeout of 3.1 s, which is kept.
    ///
    /// ```no_run
    /// # async fn example() {
    /// let config = aws_config::from_env().region("eu-central-1").load().await;
    /// let source = secrets_runtime::source::Aws::new(&config);
    /// # }
    /// ```
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let given = config.endpoint_url().filter(|endpoint| !endpoint.is_empty());
        let mut builder = Builder::from(config);
        // An empty variable counts as unset; the SDK panics on it.
        if config.endpoint_url().is_some_and(str::is_empty) || aws_environment::has_empty_endpoint(environment) {
            builder.set_endpoint_url(aws_environment::endpoint(environment).or_else(|| given.map(str::to_owned)));
        }
        let problem = aws_environment::of_configuration(config.region().map(Region::as_ref), given);
        let of_config = Self::from_conf(builder);
        Self { has_endpoint: given.is_some(), problem: problem.or(of_config.problem), ..of_config }
    }

    /// Uses a configuration of the Secrets Manager client itself: your own HTTP client, interceptors, a FIPS endpoint
    /// for this service only. Nothing is taken from the environment. Timeouts that it leaves unset are set as by
    /// [`new`](Self::new).
    ///
    /// ```no_run
    /// use secrets_runtime::{Secrets, source::Aws};
    ///
    /// # async fn example() {
    /// let shared = secrets_runtime::aws_config::load_from_env().await;
    /// let config = aws_sdk_secretsmanager::config::Builder::from(&shared).use_fips(true);
    /// let secrets = Secrets::new(Aws::from_conf(config));
    /// # }
    /// ```
    #[must_use]
    pub fn from_conf(config: Builder) -> Self {
        let config = complete(&config.build());
        Self {
            problem: aws_environment::of_configuration(config.region().map(Region::as_ref), None),
            config,
            has_endpoint: false,
            platform: Platform::Other,
            concurrency: CONCURRENCY,
            batch: Switch::new(Batch::Off),
            clients: Mutex::default(),
        }
    }

    /// The maximum number of concurrent calls in one [`fetch`](Source::fetch) of several secrets; at least 1, 128 by
    /// default. [`Builder::concurrency`](crate::SecretsBuilder::concurrency) bounds all calls of one
    /// [`Secrets`](crate::Secrets).
    ///
    /// ```
    /// # async fn example() {
    /// let source = secrets_runtime::source::Aws::from_env().await.concurrency(4);
    /// # }
    /// ```
    #[must_use]
    pub fn concurrency(self, calls: usize) -> Self {
        Self { concurrency: calls.max(1), ..self }
    }

    /// Whether many secrets are fetched with `BatchGetSecretValue`.
    ///
    /// ```
    /// use secrets_runtime::source::{Aws, Batch};
    ///
    /// # async fn example() {
    /// let source = Aws::from_env().await.batch(Batch::On);
    /// # }
    /// ```
    #[must_use]
    pub fn batch(self, batch: Batch) -> Self {
        Self { batch: Switch::new(batch), ..self }
    }

    /// The region to which a request for an id goes.
    pub(crate) fn region(&self, id: &str) -> Option<Region> {
        let of_arn = Arn::parse(id).map(|arn| Region::new(arn.region.to_owned()));
        of_arn.or_else(|| self.config.region().cloned())
    }

    fn client(&self, region: &Region) -> Client {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let connect = || Client::from_conf(self.config.to_builder().region(region.clone()).build());
        clients.entry(region.clone()).or_insert_with(connect).clone()
    }

    /// Adds what to do about a failure.
    fn explain(&self, error: SourceError, request: &Request, region: Option<&Region>) -> SourceError {
        let place = Place {
            platform: self.platform,
            region: region.map_or("<region>", |region| region.as_ref()),
            own_endpoint: self.has_own_endpoint(),
            has_proxy: ["HTTPS_PROXY", "https_proxy"]
                .iter()
                .any(|name| environment(name).is_some_and(|proxy| !proxy.is_empty())),
        };
        match place.hint(&error, request) {
            Some(hint) => error.advice(hint),
            None => error,
        }
    }

    /// `AWS_ENDPOINT_URL`, in one of its forms.
    fn has_own_endpoint(&self) -> bool {
        self.has_endpoint || aws_environment::endpoint(environment).is_some()
    }

    /// One `GetSecretValue` call.
    async fn single(&self, request: &Request) -> Answer {
        let region = self.region(request.id());
        let answer = match &region {
            Some(region) => get(&self.client(region), request).await,
            None => Err(SourceError::new(ErrorKind::Configuration, NO_REGION)),
        };
        answer.map_err(|error| self.explain(error, request, region.as_ref()))
    }

    /// One `BatchGetSecretValue` call; `None` for those that need a single call.
    async fn chunk(&self, requests: Vec<&Request>, region: &Region) -> Vec<Option<Answer>> {
        let explained = |error, request: &Request| self.explain(error, request, Some(region));
        let (found, errors) = match batch_get(&self.client(region), &requests).await {
            Ok(answers) => answers,
            Err(error) if is_of_batch(&error) => {
                self.remember(error.kind());
                return requests.iter().map(|_| None).collect();
            }
            Err(error) => {
                return requests.iter().map(|request| Some(Err(explained(error.clone(), request)))).collect();
            }
        };
        let answerers: Vec<_> = found.iter().map(|found| Answerer { arn: &found.arn, name: &found.name }).collect();
        let answer = |request: &Request| match batch::find(request.id(), &answerers) {
            Match::One(at) => Some(found[at].answer.clone()),
            Match::Ambiguous => Some(Err(ambiguous())),
            Match::None => refusal(request.id(), &errors),
        };
        let answer = |request: &&Request| Some(answer(request)?.map_err(|error| explained(error, request)));
        requests.iter().map(answer).collect()
    }

    /// Lets later fetches avoid what was refused.
    fn remember(&self, refusal: ErrorKind) {
        match refusal {
            ErrorKind::AccessDenied => self.batch.denied(),
            ErrorKind::Throttled => self.batch.throttled(Instant::now()),
            _ => {}
        }
        tracing::warn!(
            target: "secrets_runtime",
            reason = ?refusal,
            "BatchGetSecretValue was refused; fetching the secrets one by one"
        );
    }

    /// Answers what batches can answer; the rest stays `None`.
    async fn batches(&self, requests: &[Request], answers: &mut [Option<Answer>]) {
        let Some(region) = self.config.region().filter(|_| self.batch.is_on(Instant::now())) else { return };
        let batchable: Vec<usize> =
            (0..requests.len()).filter(|&at| batch::is_batchable(&requests[at], region.as_ref())).collect();
        let chunks = batchable.chunks(batch::CHUNK).filter(|places| places.len() > 1);
        let calls: Vec<_> =
            chunks.clone().map(|places| self.chunk(places.iter().map(|&at| &requests[at]).collect(), region)).collect();
        let answered: Vec<_> = stream::iter(calls).buffered(self.concurrency).collect().await;
        for (&at, answer) in chunks.flatten().zip(answered.into_iter().flatten()) {
            answers[at] = answer;
        }
    }

    async fn answer_or_single(&self, answer: Option<Answer>, request: &Request) -> Answer {
        match answer {
            Some(answer) => answer,
            None => self.single(request).await,
        }
    }
}

impl Source for Aws {
    fn batch_size(&self) -> usize {
        if self.batch.is_on(Instant::now()) { batch::CHUNK } else { 1 }
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Answer> {
        if let Some(Problem { variable, what, remedy }) = self.problem {
            let error =
                SourceError::new(ErrorKind::Configuration, "").detailed(format!("{variable} {what}")).hint(remedy);
            return requests.iter().map(|_| Err(error.clone())).collect();
        }
        let mut answers: Vec<Option<Answer>> = requests.iter().map(|_| None).collect();
        self.batches(requests, &mut answers).await;
        // Collected first: the compiler does not find a lazy `map` over references to be `Send`.
        let calls: Vec<_> =
            answers.into_iter().zip(requests).map(|(answer, request)| self.answer_or_single(answer, request)).collect();
        stream::iter(calls).buffered(self.concurrency).collect().await
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { config, has_endpoint: _, platform, problem: _, concurrency, batch: _, clients: _ } = self;
        f.debug_struct("Aws")
            .field("region", &config.region())
            .field("platform", platform)
            .field("concurrency", concurrency)
            .finish_non_exhaustive()
    }
}

/// The SDK configuration of the environment; a region or profile that is given takes precedence.
#[cfg(feature = "aws-https")]
pub(crate) async fn sdk_config(region: Option<String>, profile: Option<&str>) -> SdkConfig {
    // The loader would set the SDK's own connect timeout of 3.1 s, which would then look like the program's choice.
    let loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts());
    let mut loader = aws_environment::complete(loader, environment);
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}

/// The failure to get credentials behind a failure to reach AWS, if that is the cause.
#[cfg(feature = "aws-https")]
pub(crate) fn of_credentials(error: &(dyn StdError + 'static)) -> Option<SourceError> {
    let error = credentials::failed(cause::<CredentialsError>(error)?);
    let hint = Platform::detect(environment).credentials_hint();
    Some(if error.hint.is_none() { error.advice(hint) } else { error })
}

/// Sets the timeouts and the application name that the program left unset.
fn complete(config: &Config) -> Config {
    let mut chosen = config.timeout_config().cloned().unwrap_or_else(|| TimeoutConfig::builder().build());
    chosen.take_defaults_from(&timeouts());
    let builder = config.to_builder().timeout_config(chosen);
    match (config.app_name(), app_name()) {
        (None, Some(name)) => builder.app_name(name).build(),
        _ => builder.build(),
    }
}

/// The SDK limits only the time to connect: without these, a service that hangs would hang the call.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(10))
        .build()
}

/// The program's name, so that the user agent in `CloudTrail` shows who reads.
fn app_name() -> Option<AppName> {
    let program = std::env::current_exe().ok()?;
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let name: String = program.file_stem()?.to_str()?.chars().filter(allowed).take(50).collect();
    AppName::new(name).ok()
}

async fn get(client: &Client, request: &Request) -> Answer {
    let call = client.get_secret_value().secret_id(request.id());
    let call = match request.selector() {
        Selector::Stage(stage) => call.version_stage(&**stage),
        Selector::Version(version) => call.version_id(&**version),
    };
    let begun = Instant::now();
    let found = call.send().await.map_err(|error| of_sdk(&error, begun.elapsed()))?;
    let is_binary = found.secret_binary.is_some();
    fetched(is_binary, found.secret_string, found.arn, found.version_id, found.version_stages, found.created_date)
}

/// A secret in the answer to a batch.
struct Found {
    arn: String,
    name: String,
    answer: Answer,
}

impl From<SecretValueEntry> for Found {
    fn from(entry: SecretValueEntry) -> Self {
        let (arn, name) = (entry.arn.clone().unwrap_or_default(), entry.name.unwrap_or_default());
        // Moved, not copied: the SDK does not zeroize what it keeps.
        let is_binary = entry.secret_binary.is_some();
        let answer = fetched(
            is_binary,
            entry.secret_string,
            entry.arn,
            entry.version_id,
            entry.version_stages,
            entry.created_date,
        );
        Self { arn, name, answer }
    }
}

/// All pages of one call. A secret that was requested under two ids is in it once.
async fn batch_get(client: &Client, requests: &[&Request]) -> Result<(Vec<Found>, Vec<ApiErrorType>), SourceError> {
    let ids: Vec<String> = requests.iter().map(|request| request.id().to_owned()).collect();
    let (mut found, mut errors) = (Vec::<Found>::new(), Vec::new());
    let mut token = None;
    // No page is empty, so there are no more pages than ids.
    for _ in 0..ids.len() {
        let call = client.batch_get_secret_value().set_secret_id_list(Some(ids.clone())).set_next_token(token);
        let begun = Instant::now();
        let page = call.send().await.map_err(|error| of_sdk(&error, begun.elapsed()))?;
        for entry in page.secret_values.unwrap_or_default().into_iter().map(Found::from) {
            if !found.iter().any(|found| found.arn == entry.arn) {
                found.push(entry);
            }
        }
        errors.extend(page.errors.unwrap_or_default());
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    Ok((found, errors))
}

fn fetched(
    is_binary: bool,
    text: Option<String>,
    arn: Option<String>,
    version_id: Option<String>,
    stages: Option<Vec<String>>,
    created: Option<DateTime>,
) -> Answer {
    let Some(text) = text else {
        let error = if is_binary {
            SourceError::new(ErrorKind::Binary, "it has a SecretBinary in place of a SecretString")
        } else {
            SourceError::new(ErrorKind::Service, "its answer has no value")
        };
        return Err(version_id.iter().fold(error, |error, id| error.version_id(id)));
    };
    let created = created.and_then(|created| SystemTime::try_from(created).ok());
    let fetched = Fetched::new(text).with_stages(stages.unwrap_or_default());
    let fetched = arn.into_iter().fold(fetched, Fetched::with_arn);
    let fetched = version_id.into_iter().fold(fetched, Fetched::with_version_id);
    Ok(created.into_iter().fold(fetched, Fetched::with_created))
}

/// Whether a batch call failed because it was a batch. Single calls have their own quota and permission, and one bad id
/// does not fail all of them. Without credentials or a connection they would fail too, only later.
fn is_of_batch(error: &SourceError) -> bool {
    match error.kind() {
        ErrorKind::AccessDenied | ErrorKind::Throttled | ErrorKind::BadId | ErrorKind::NotFound => true,
        ErrorKind::Service => !error.is_transient(),
        _ => false,
    }
}

fn ambiguous() -> SourceError {
    SourceError { transient: false, ..SourceError::new(ErrorKind::Service, "several secrets answered to this id") }
        .hint("use the secret's full ARN")
}

/// What a batch says of an id that it has no value for. Whether batches know ARNs of other accounts is not documented,
/// so an answer about an ARN is not final.
fn refusal(id: &str, errors: &[ApiErrorType]) -> Option<Answer> {
    let error = errors.iter().find(|error| error.secret_id() == Some(id) && !id.starts_with("arn:"))?;
    let (code, message) = (error.error_code().unwrap_or_default(), error.message().unwrap_or_default());
    Some(Err(failure::of_service(code, message, 400)))
}

/// The failure of a call that ended after this time.
fn of_sdk<E>(error: &SdkError<E, HttpResponse>, after: Duration) -> SourceError
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    if let Some(failed) = cause::<CredentialsError>(error) {
        return credentials::failed(failed);
    }
    match error {
        SdkError::TimeoutError(_) => timed_out(after),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => timed_out(after),
        SdkError::DispatchFailure(failure) if failure.is_io() => {
            let is_name = cause_says(error, "dns error") || cause_says(error, "lookup address");
            SourceError::new(ErrorKind::Unreachable, if is_name { failure::NO_SUCH_HOST } else { "" })
        }
        // The SDK treats it as transient: the connection was closed before the answer came.
        SdkError::DispatchFailure(failure)
            if failure.as_connector_error().is_some_and(|error| error.as_other().is_some()) =>
        {
            SourceError::new(ErrorKind::Unreachable, "the connection broke")
        }
        SdkError::DispatchFailure(_) => SourceError::new(ErrorKind::Configuration, "the SDK could not send the request")
            .hint("check that the SDK configuration has a credentials provider, an HTTP client, and an endpoint of the form http://host"),
        SdkError::ResponseError(_) => SourceError::new(ErrorKind::Service, "its answer could not be read"),
        SdkError::ServiceError(service) => {
            let (raw, metadata) = (service.raw(), service.err().meta());
            if raw.body().bytes().is_some_and(failure::is_html) {
                return failure::of_proxy(raw.status().as_u16());
            }
            let (code, message) = (metadata.code().unwrap_or_default(), metadata.message().unwrap_or_default());
            let error = failure::of_service(code, message, raw.status().as_u16());
            match metadata.request_id().filter(|id| failure::is_request_id(id)) {
                Some(id) => error.origin(&format!("request id {id}")),
                None => error,
            }
        }
        _ => SourceError::new(ErrorKind::Configuration, "the SDK could not build the request")
            .hint("check the region and the endpoint of the SDK configuration and the AWS profile: a region is written as in eu-central-1"),
    }
}

/// The program may have set other limits than ours.
fn timed_out(after: Duration) -> SourceError {
    SourceError::new(ErrorKind::TimedOut, "").detailed(format!("it was given {:.1} s", after.as_secs_f64()))
}

/// The error and its causes.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The first cause of type `T`.
fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    causes(error).find_map(|error| error.downcast_ref::<T>())
}

/// Whether a cause of a failed connection contains these words. Such a cause owns no response.
fn cause_says(error: &(dyn StdError + 'static), words: &str) -> bool {
    causes(error).skip(1).any(|error| error.to_string().contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_that_the_program_chose_is_kept_and_the_others_are_set() {
        let chosen = TimeoutConfig::builder().operation_timeout(Duration::from_secs(60)).build();
        let config = complete(&Config::builder().timeout_config(chosen).build());
        let timeouts = config.timeout_config().expect("set");
        assert_eq!(timeouts.operation_timeout(), Some(Duration::from_secs(60)));
        assert_eq!(timeouts.operation_attempt_timeout(), Some(Duration::from_secs(3)));
        assert_eq!(timeouts.connect_timeout(), Some(Duration::from_secs(1)));
    }

    #[test]
    fn an_application_name_that_the_program_chose_is_kept() {
        let chosen = AppName::new("orders").expect("a name");
        let config = complete(&Config::builder().app_name(chosen.clone()).build());
        assert_eq!(config.app_name(), Some(&chosen));
    }
}
