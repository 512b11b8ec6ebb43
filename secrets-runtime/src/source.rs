//! Where secrets come from: AWS, a file, memory, your own source, or one with a fallback.
//!
//! ```
//! use secrets_runtime::source::{File, Memory, Source};
//!
//! let source = Memory::new().with("api", "plain text").or(File::new("secrets.json"));
//! ```

mod file;
mod memory;
mod or;
mod platform;
#[cfg(feature = "testing")]
mod script;
mod secret_id;

#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "aws")]
mod aws_environment;
#[cfg(feature = "aws")]
mod batch;
#[cfg(feature = "aws")]
mod credentials;
#[cfg(feature = "aws")]
mod denial;
#[cfg(feature = "aws")]
mod failure;
#[cfg(feature = "aws")]
mod hint;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::fmt::Write as _;
use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::future::BoxFuture;
use zeroize::Zeroizing;

#[cfg(feature = "aws")]
pub use aws::Aws;
#[cfg(feature = "aws-https")]
pub(crate) use aws::{of_credentials, sdk_config};
#[cfg(feature = "aws-https")]
pub(crate) use aws_environment::{has_empty_endpoint, problem};
#[cfg(feature = "aws")]
pub use batch::Batch;
#[cfg(feature = "aws-https")]
pub(crate) use denial::Denial;
#[cfg(feature = "aws-https")]
pub(crate) use failure::{is_code, is_html};
pub use file::File;
pub use memory::Memory;
pub use or::Or;
pub(crate) use platform::{Platform, environment};
#[cfg(feature = "testing")]
pub use script::Rotation;
pub(crate) use secret_id::SecretId;

use crate::error::{ErrorKind, OneLine};
use crate::secret::AWSCURRENT;

/// A backend that secrets are fetched from.
///
/// Implement it with a plain `async fn`:
///
/// ```
/// use secrets_runtime::{ErrorKind, source::{Fetched, Request, Source, SourceError}};
///
/// struct OneSecret;
///
/// impl Source for OneSecret {
///     async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
///         let answer = |request: &Request| match request.id() {
///             "api" => Ok(Fetched::new(r#"{"key": "k-123"}"#)),
///             _ => Err(SourceError::new(ErrorKind::NotFound, "this source has one secret, `api`")),
///         };
///         requests.iter().map(answer).collect()
///     }
/// }
/// ```
pub trait Source: Send + Sync + 'static {
    /// Fetches the requested versions: one answer per request, in the same order.
    ///
    /// The future may be dropped at any point, so a source must not rely on being polled to the end.
    ///
    /// ```
    /// use secrets_runtime::source::{Memory, Request, Selector, Source};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let source = Memory::new().with("signing", "plain text");
    /// let request = Request::new("signing", Selector::Stage("AWSCURRENT".into()));
    /// assert!(source.fetch(&[request]).await[0].is_ok());
    /// # });
    /// ```
    fn fetch(&self, requests: &[Request]) -> impl Future<Output = Vec<Result<Fetched, SourceError>>> + Send;

    /// The maximum number of requests in one call of [`fetch`](Self::fetch). 1 by default: each request is its own
    /// call, and a slow one delays no other.
    ///
    /// ```
    /// use secrets_runtime::source::{Memory, Source};
    ///
    /// assert!(Memory::new().batch_size() > 20); // it takes what it is given
    /// ```
    fn batch_size(&self) -> usize {
        1
    }

    /// A source that asks `fallback` when this one fails transiently: a replica in another region, a local copy. If
    /// this source says that a secret does not exist or may not be read, the fallback is not asked. The fallback only
    /// fills gaps: it never replaces a newer value and never confirms a rollback, and health is degraded while it
    /// serves. Both share the [limit on a call](crate::SecretsBuilder::call_timeout), so this source should give up
    /// before that.
    ///
    /// ```
    /// use secrets_runtime::source::{File, Memory, Source};
    ///
    /// let source = Memory::new().or(File::new("secrets.json"));
    /// ```
    fn or<B: Source>(self, fallback: B) -> Or<Self, B>
    where
        Self: Sized,
    {
        Or::new(self, fallback)
    }

    /// A type-erased source, which can be chosen at run time.
    ///
    /// ```
    /// use secrets_runtime::Secrets;
    /// use secrets_runtime::source::{BoxSource, File, Memory, Source};
    ///
    /// # let is_test = true;
    /// let source: BoxSource = if is_test { Memory::new().boxed() } else { File::new("secrets.json").boxed() };
    /// let secrets = Secrets::new(source);
    /// ```
    fn boxed(self) -> BoxSource
    where
        Self: Sized,
    {
        BoxSource(Box::new(self))
    }
}

impl<S: Source> Source for Box<S> {
    fn batch_size(&self) -> usize {
        S::batch_size(self)
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        S::fetch(self, requests).await
    }
}

impl<S: Source> Source for Arc<S> {
    fn batch_size(&self) -> usize {
        S::batch_size(self)
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        S::fetch(self, requests).await
    }
}

/// A request for one version of one secret.
///
/// ```
/// use secrets_runtime::source::{Request, Selector};
///
/// let request = Request::new("orders/db", Selector::Stage("AWSCURRENT".into()));
/// assert!(request.is_current());
/// ```
#[derive(Clone)]
pub struct Request {
    secret: SecretId,
    selector: Selector,
}

impl Request {
    /// Requests the version of a secret that `selector` picks.
    ///
    /// ```
    /// use secrets_runtime::source::{Request, Selector};
    ///
    /// let request = Request::new("orders/db", Selector::Version("11111111-1111-1111-1111-111111111111".into()));
    /// ```
    #[must_use]
    pub fn new(id: impl Into<Arc<str>>, selector: Selector) -> Self {
        Self { secret: SecretId::new(id.into()), selector }
    }

    /// As [`new`](Self::new), for an id that may have to be hidden.
    pub(crate) fn of(secret: SecretId, selector: Selector) -> Self {
        Self { secret, selector }
    }

    /// The id, in a form that is safe for messages.
    pub(crate) fn secret(&self) -> &SecretId {
        &self.secret
    }

    /// Learns from an answer whether the id names a secret.
    pub(crate) fn learn(&self, answer: &Result<Fetched, SourceError>) {
        let is_known = match answer {
            Ok(_) => true,
            Err(error) => matches!(error.kind, ErrorKind::Binary | ErrorKind::MarkedForDeletion | ErrorKind::KmsDenied),
        };
        if is_known {
            self.secret.confirm();
        }
    }

    /// The same secret, another version.
    pub(crate) fn with(&self, selector: Selector) -> Self {
        Self { selector, ..self.clone() }
    }

    /// A name, a full ARN or a partial ARN.
    ///
    /// ```
    /// use secrets_runtime::source::{Request, Selector};
    ///
    /// let request = Request::new("orders/db", Selector::Stage("AWSCURRENT".into()));
    /// assert_eq!(request.id(), "orders/db");
    /// ```
    #[must_use]
    pub fn id(&self) -> &str {
        self.secret.expose()
    }

    /// Which version is requested.
    ///
    /// ```
    /// use secrets_runtime::source::{Request, Selector};
    ///
    /// let request = Request::new("orders/db", Selector::Stage("AWSPENDING".into()));
    /// assert_eq!(*request.selector(), Selector::Stage("AWSPENDING".into()));
    /// ```
    #[must_use]
    pub fn selector(&self) -> &Selector {
        &self.selector
    }

    /// Whether the current version is requested.
    ///
    /// ```
    /// use secrets_runtime::source::{Request, Selector};
    ///
    /// assert!(!Request::new("orders/db", Selector::Stage("AWSPENDING".into())).is_current());
    /// ```
    #[must_use]
    pub fn is_current(&self) -> bool {
        matches!(&self.selector, Selector::Stage(stage) if &**stage == AWSCURRENT)
    }
}

/// Two requests are equal if they ask for the same version, however their ids are shown.
impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Request {}

impl PartialOrd for Request {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Request {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.id(), &self.selector).cmp(&(other.id(), &other.selector))
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { secret, selector } = self;
        f.debug_struct("Request").field("id", &secret.shown()).field("selector", selector).finish()
    }
}

/// Selects one version of a secret.
///
/// ```
/// use secrets_runtime::source::Selector;
///
/// let previous = Selector::Stage("AWSPREVIOUS".into());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Selector {
    /// The version with this staging label, such as `AWSCURRENT`.
    Stage(Arc<str>),
    /// The version with this id.
    Version(Arc<str>),
}

/// A fetched version of a secret. Its text is zeroized on drop and redacted in `Debug`.
///
/// ```
/// use secrets_runtime::source::Fetched;
///
/// let fetched = Fetched::new(r#"{"key": "k-123"}"#).with_version_id("7").with_stages(["AWSCURRENT"]);
/// assert!(!format!("{fetched:?}").contains("k-123"));
/// ```
#[derive(Clone)]
pub struct Fetched {
    text: Zeroizing<String>,
    arn: Option<String>,
    version_id: Option<String>,
    stages: Vec<String>,
    created: Option<SystemTime>,
    /// Why the first source has no answer, if a fallback gave this one.
    fallback: Option<Box<SourceError>>,
}

impl Fetched {
    /// A version with this text (`SecretString`).
    ///
    /// ```
    /// use secrets_runtime::source::Fetched;
    ///
    /// let fetched = Fetched::new(r#"{"key": "k-123"}"#);
    /// ```
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = Zeroizing::new(text.into());
        Self { text, arn: None, version_id: None, stages: Vec::new(), created: None, fallback: None }
    }

    /// Adds the full ARN of the secret.
    ///
    /// ```
    /// use secrets_runtime::source::Fetched;
    ///
    /// let arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mail/api-AbCdEf";
    /// assert_eq!(Fetched::new("plain text").with_arn(arn).arn(), Some(arn));
    /// ```
    #[must_use]
    pub fn with_arn(mut self, arn: impl Into<String>) -> Self {
        self.arn = Some(arn.into());
        self
    }

    /// Adds the id of the version. It appears in messages, so it must not be computed from the text alone.
    ///
    /// ```
    /// use secrets_runtime::source::Fetched;
    ///
    /// assert_eq!(Fetched::new("plain text").with_version_id("7").version_id(), Some("7"));
    /// ```
    #[must_use]
    pub fn with_version_id(mut self, version_id: impl Into<String>) -> Self {
        self.version_id = Some(version_id.into());
        self
    }

    /// Adds the staging labels of the version.
    ///
    /// ```
    /// use secrets_runtime::source::Fetched;
    ///
    /// assert_eq!(Fetched::new("plain text").with_stages(["AWSCURRENT"]).stages(), ["AWSCURRENT"]);
    /// ```
    #[must_use]
    pub fn with_stages(mut self, stages: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.stages = stages.into_iter().map(Into::into).collect();
        self
    }

    /// Adds the time at which the version was created.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use secrets_runtime::source::Fetched;
    ///
    /// assert!(Fetched::new("plain text").with_created(SystemTime::now()).created().is_some());
    /// ```
    #[must_use]
    pub fn with_created(mut self, created: SystemTime) -> Self {
        self.created = Some(created);
        self
    }

    /// The text itself (`SecretString`), for sources that wrap another one. Do not print it.
    ///
    /// ```
    /// use secrets_runtime::source::Fetched;
    ///
    /// assert_eq!(Fetched::new("plain text").expose_text(), "plain text");
    /// ```
    #[must_use]
    pub fn expose_text(&self) -> &str {
        &self.text
    }

    /// The full ARN of the secret, if the source knows it.
    ///
    /// ```
    /// use secrets_runtime::source::Fetched;
    ///
    /// assert_eq!(Fetched::new("plain text").arn(), None);
    /// ```
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }

    /// The id of the version, if the source knows it.
    ///
    /// ```
    /// use secrets_runtime::source::Fetched;
    ///
    /// assert_eq!(Fetched::new("plain text").version_id(), None);
    /// ```
    #[must_use]
    pub fn version_id(&self) -> Option<&str> {
        self.version_id.as_deref()
    }

    /// The staging labels of the version.
    ///
    /// ```
    /// use secrets_runtime::source::Fetched;
    ///
    /// assert!(Fetched::new("plain text").stages().is_empty());
    /// ```
    #[must_use]
    pub fn stages(&self) -> &[String] {
        &self.stages
    }

    /// When the version was created, if the source knows it.
    ///
    /// ```
    /// use secrets_runtime::source::Fetched;
    ///
    /// assert_eq!(Fetched::new("plain text").created(), None);
    /// ```
    #[must_use]
    pub fn created(&self) -> Option<SystemTime> {
        self.created
    }

    /// Marks the answer of a fallback. `first` is the failure of the source before it.
    pub(crate) fn fallback(mut self, first: SourceError) -> Self {
        // A fallback may have its own fallback; the first failure says most.
        self.fallback = Some(Box::new(first));
        self
    }

    pub(crate) fn fallback_error(&self) -> Option<&SourceError> {
        self.fallback.as_deref()
    }

    pub(crate) fn is_fallback(&self) -> bool {
        self.fallback.is_some()
    }
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text: _, arn, version_id, stages, created, fallback: _ } = self;
        f.debug_struct("Fetched")
            .field("arn", arn)
            .field("version_id", version_id)
            .field("stages", stages)
            .field("created", created)
            .finish_non_exhaustive()
    }
}

/// Why a source has no answer. A source outside this crate can only use static text here, so an error cannot carry a
/// secret.
///
/// ```
/// use secrets_runtime::{ErrorKind, source::SourceError};
///
/// let error = SourceError::new(ErrorKind::NotFound, "this source has one secret, `api`");
/// assert!(!error.is_transient());
/// ```
#[derive(Debug, Clone)]
pub struct SourceError {
    pub(crate) kind: ErrorKind,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) transient: bool,
    /// The names by which others know the failure: an error code, a request id, what a fallback said.
    pub(crate) origin: Option<String>,
    pub(crate) hint: Option<Cow<'static, str>>,
    /// The version that was read, if it is at fault.
    pub(crate) version_id: Option<Arc<str>>,
    /// Why AWS denied access.
    #[cfg(feature = "aws")]
    pub(crate) denial: Option<Box<denial::Denial>>,
}

impl SourceError {
    /// A failure of this kind. `detail` adds what the kind does not say, or is empty.
    ///
    /// ```
    /// use secrets_runtime::{ErrorKind, source::SourceError};
    ///
    /// let error = SourceError::new(ErrorKind::Unreachable, "");
    /// ```
    #[must_use]
    pub fn new(kind: ErrorKind, detail: &'static str) -> Self {
        Self {
            kind,
            detail: Cow::Borrowed(detail),
            transient: kind.is_transient(),
            origin: None,
            hint: None,
            version_id: None,
            #[cfg(feature = "aws")]
            denial: None,
        }
    }

    /// Marks the failure as transient, although failures of this kind usually persist.
    ///
    /// ```
    /// use secrets_runtime::{ErrorKind, source::SourceError};
    ///
    /// assert!(SourceError::new(ErrorKind::NotFound, "not replicated yet").transient().is_transient());
    /// ```
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.transient = true;
        self
    }

    /// The source broke its promise to answer every request.
    pub(crate) fn unanswered() -> Self {
        Self::of_source("the source gave no answer for it")
    }

    /// A source that breaks a promise of [`Source`].
    pub(crate) fn of_source(what: &'static str) -> Self {
        Self::new(ErrorKind::Service, what)
            .hint("mend the source: `testing::conformance`, with the feature `testing`, shows which promise it breaks")
    }

    /// Adds the version whose value is unusable, so that its refusal is reported once.
    pub(crate) fn version_id(mut self, version_id: &str) -> Self {
        self.version_id = Some(version_id.into());
        self
    }

    /// Adds the reason, as static text.
    ///
    /// ```
    /// use secrets_runtime::{ErrorKind, source::SourceError};
    ///
    /// let error = SourceError::from(ErrorKind::NotFound).because("this source has one secret, `api`");
    /// assert_eq!(error.to_string(), "the secret does not exist: this source has one secret, `api`");
    /// ```
    #[must_use]
    pub fn because(mut self, reason: &'static str) -> Self {
        self.detail = Cow::Borrowed(reason);
        self
    }

    /// Adds the reason, made from the declaration and the configuration.
    pub(crate) fn detailed(mut self, reason: String) -> Self {
        self.detail = Cow::Owned(reason);
        self
    }

    /// Adds what to do about it. Errors show it after `help:`, in place of the advice for the kind.
    ///
    /// ```
    /// use secrets_runtime::{ErrorKind, source::SourceError};
    ///
    /// let error = SourceError::from(ErrorKind::AccessDenied).hint("add the service to the policy `orders` of the vault");
    /// ```
    #[must_use]
    pub fn hint(self, hint: &'static str) -> Self {
        self.advice(Cow::Borrowed(hint))
    }

    /// Adds what to do about it, made from the declaration and the configuration.
    pub(crate) fn advice(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a name by which others know the failure.
    fn origin(mut self, name: &str) -> Self {
        self.origin = Some(self.origin.map_or_else(|| name.to_owned(), |first| format!("{first}, {name}")));
        self
    }

    /// Whether the same request may succeed later by itself.
    ///
    /// ```
    /// use secrets_runtime::{ErrorKind, source::SourceError};
    ///
    /// assert!(SourceError::new(ErrorKind::Throttled, "").is_transient());
    /// ```
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.transient
    }

    /// The kind of failure.
    ///
    /// ```
    /// use secrets_runtime::{ErrorKind, source::SourceError};
    ///
    /// assert_eq!(SourceError::new(ErrorKind::Binary, "").kind(), ErrorKind::Binary);
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

/// One line, without the secret's id.
impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, detail, origin, .. } = self;
        let mut line = OneLine(f);
        write!(line, "the secret {}", kind.predicate(detail))?;
        match origin {
            Some(origin) => write!(line, " ({origin})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SourceError {}

impl From<ErrorKind> for SourceError {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind, "")
    }
}

/// A type-erased source: see [`Source::boxed`].
pub struct BoxSource(Box<dyn AnySource>);

impl Source for BoxSource {
    fn batch_size(&self) -> usize {
        self.0.batch_size_any()
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        self.0.fetch_any(requests).await
    }
}

impl fmt::Debug for BoxSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxSource").finish_non_exhaustive()
    }
}

/// The object-safe form of [`Source`].
pub(crate) trait AnySource: Send + Sync {
    fn fetch_any<'a>(&'a self, requests: &'a [Request]) -> BoxFuture<'a, Vec<Result<Fetched, SourceError>>>;

    fn batch_size_any(&self) -> usize;
}

impl<S: Source> AnySource for S {
    fn fetch_any<'a>(&'a self, requests: &'a [Request]) -> BoxFuture<'a, Vec<Result<Fetched, SourceError>>> {
        Box::pin(self.fetch(requests))
    }

    fn batch_size_any(&self) -> usize {
        self.batch_size()
    }
}
