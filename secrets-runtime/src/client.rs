//! [`Secrets`]: the client that loads an application's secrets.

mod builder;
mod environment;
mod live;
mod set;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::Arc;

pub use builder::SecretsBuilder;
pub use set::SecretSet;

use crate::error::Error;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::live::{Registry, fetch};
use crate::secret::{NamedSecret, Secret, read};
use crate::source::{Fetched, Request, SecretId, Selector, Source, environment};
use secrets_shape::id;

/// Loads secrets from a source. Cloning is cheap; clones share everything.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use secrets_runtime::{Secret, Secrets, source::Memory};
///
/// #[derive(Secret)]
/// #[secret(id = "mail/api")]
/// struct MailApi {
///     key: String,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// // In an application: `Secrets::from_env().await?`
/// let secrets = Secrets::new(Memory::new().with("mail/api", r#"{"key": "k-123"}"#));
/// let mail = secrets.load::<MailApi>().await?;
/// assert_eq!(mail.key, "k-123");
/// # Ok::<(), secrets_runtime::Error>(())
/// # }).unwrap();
/// # }
/// ```
#[derive(Clone)]
pub struct Secrets(Arc<Shared>);

/// The future that the loaders return. The named type keeps compiler errors short: a struct without an `id` is reported
/// once, where an `async fn` would report it three times.
///
/// ```
/// use secrets_runtime::BoxFuture;
///
/// fn answer() -> BoxFuture<'static, u32> {
///     Box::pin(async { 42 })
/// }
/// ```
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

struct Shared {
    registry: Registry,
    /// An invalid setting. Every call that needs the settings returns it.
    broken: Option<Error>,
    placeholders: HashMap<String, String>,
}

impl Secrets {
    /// Creates a client for the source that the environment selects: AWS with the SDK's default chain of credentials
    /// and regions, or a local file with `SECRETS_SOURCE=file:<path>`. `SECRETS_BATCH=1` turns on batch calls.
    ///
    /// Nothing is fetched yet; credentials are resolved when the first call needs them.
    ///
    /// ```
    /// # use secrets_runtime::Secrets;
    /// # async fn example() -> Result<(), secrets_runtime::Error> {
    /// let secrets = Secrets::from_env().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Configuration`](ErrorKind::Configuration): an environment variable has an invalid value; or `SECRETS_SOURCE`
    /// selects a file although ECS, EKS or Lambda credentials are present, and the program does not [allow
    /// it](SecretsBuilder::allow_file_source_in_production).
    #[cfg(feature = "aws-https")]
    pub async fn from_env() -> Result<Self, Error> {
        Self::builder().build_from_env().await
    }

    /// Creates a client for AWS with a given SDK configuration: an assumed role, another region, other timeouts.
    ///
    /// ```no_run
    /// # use secrets_runtime::Secrets;
    /// # async fn example() -> Result<(), secrets_runtime::Error> {
    /// // An assumed role, for instance.
    /// let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    /// let secrets = Secrets::from_sdk_config(&config);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "aws")]
    #[must_use]
    pub fn from_sdk_config(config: &aws_config::SdkConfig) -> Self {
        Self::builder().build_from_sdk_config(config)
    }

    /// Creates a client for any source. `SECRETS_REFRESH` and `SECRETS_MAX_STALE` apply to it too.
    ///
    /// ```
    /// use secrets_runtime::{Secrets, source::File};
    ///
    /// let secrets = Secrets::new(File::new("secrets.json"));
    /// ```
    #[must_use]
    pub fn new(source: impl Source) -> Self {
        Self::builder().build(source)
    }

    /// Starts a builder: settings first, then the source.
    ///
    /// ```
    /// use std::time::Duration;
    /// use secrets_runtime::{Secrets, source::Memory};
    ///
    /// let secrets = Secrets::builder().refresh(Duration::from_secs(60)).build(Memory::new());
    /// ```
    pub fn builder() -> SecretsBuilder {
        SecretsBuilder::default()
    }

    /// Fetches, decodes and validates a secret once, by the id in its declaration. Dropping the future cancels the
    /// request.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// let mail: MailApi = secrets.load().await?;
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// # Errors
    /// Every kind except [`Stale`](ErrorKind::Stale). For an invalid secret, the error lists every violation.
    #[must_use = "nothing is loaded before it is awaited"]
    pub fn load<'a, T: NamedSecret + 'a>(&'a self) -> BoxFuture<'a, Result<T, Error>> {
        Box::pin(async { self.fetch_one(self.declared::<T>()?).await?.decode() })
    }

    /// As [`load`](Self::load), by an id that is known only at run time. The id is used literally: placeholders work
    /// only in declarations.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// let tenant = "acme";
    /// let mail: MailApi = secrets.load_from(format!("tenants/{tenant}/mail")).await?;
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`load`](Self::load).
    #[must_use = "nothing is loaded before it is awaited"]
    pub fn load_from<'a, T: Secret + 'a>(&'a self, id: impl AsRef<str>) -> BoxFuture<'a, Result<T, Error>> {
        let request = self.given::<T>(id.as_ref());
        Box::pin(async { self.fetch_one(request?).await?.decode() })
    }

    /// Loads several declared secrets together: `load_all::<(OrdersDb, MailApi)>()`.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// # #[derive(Secret)] #[secret(id = "signing")] struct Signing { key: String }
    /// let (mail, signing) = secrets.load_all::<(MailApi, Signing)>().await?;
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`load`](Self::load). If several secrets fail, [`Error::errors`] has one error for each.
    #[must_use = "nothing is loaded before it is awaited"]
    pub fn load_all<'a, S: SecretSet + 'a>(&'a self) -> BoxFuture<'a, Result<S, Error>> {
        Box::pin(async {
            let asked = S::requests(self);
            let count = asked.len();
            S::decode(self.fetch(asked).await).map_err(|errors| Error::several(errors, count))
        })
    }

    /// Loads many secrets of one type, by ids that are known only at run time. The values are in the order of the ids.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// let both: Vec<MailApi> = secrets.load_many(["tenants/acme", "tenants/globex"]).await?;
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`load_all`](Self::load_all).
    #[must_use = "nothing is loaded before it is awaited"]
    pub fn load_many<'a, T: Secret + 'a>(
        &'a self,
        ids: impl IntoIterator<Item: AsRef<str>>,
    ) -> BoxFuture<'a, Result<Vec<T>, Error>> {
        let asked: Vec<_> = ids.into_iter().map(|id| self.given::<T>(id.as_ref())).collect();
        Box::pin(async {
            let count = asked.len();
            let answers = self.fetch(asked).await;
            let (mut values, mut errors) = (Vec::with_capacity(count), Vec::new());
            for answer in answers {
                match answer.and_then(Answer::decode) {
                    Ok(value) => values.push(value),
                    Err(error) => errors.push(error),
                }
            }
            if errors.is_empty() { Ok(values) } else { Err(Error::several(errors, count)) }
        })
    }

    async fn fetch_one(&self, request: Request) -> Result<Answer, Error> {
        let secret = request.secret().clone();
        let answer = self.fetch(vec![Ok(request)]).await.pop();
        answer.unwrap_or_else(|| Err(Error::unanswered(&secret)))
    }

    /// The request for a declared secret.
    fn declared<T: NamedSecret>(&self) -> Result<Request, Error> {
        #[cfg(feature = "descriptor")]
        crate::entry::keep_named::<T>();
        self.0.settings()?;
        let lookup = |name: &str| self.0.placeholders.get(name).cloned().or_else(|| environment(name));
        let id = id::resolve(T::ID, lookup).map_err(|reason| Error::declared_id(T::ID, &reason))?;
        Ok(Request::of(SecretId::declared(T::ID, id), stage::<T>()))
    }

    /// The request for an id that the caller passed.
    fn given<T: Secret>(&self, id: &str) -> Result<Request, Error> {
        #[cfg(feature = "descriptor")]
        crate::entry::keep::<T>();
        self.0.settings()?;
        id::validate(id).map_err(|reason| Error::given_id(T::SPEC.type_name(), &reason))?;
        let placeholder =
            self.0.placeholders.iter().find(|(_, value)| value.trim() == id).map(|(name, _)| name.as_str());
        Ok(Request::of(SecretId::given(id, placeholder), stage::<T>()))
    }

    /// Fetches each distinct (id, selector) of the valid requests once. Returns one answer per request, in order.
    #[expect(clippy::mutable_key_type, reason = "whether an id may be shown has no part in the order of requests")]
    async fn fetch(&self, asked: Vec<Result<Request, Error>>) -> Vec<Result<Answer, Error>> {
        let mut unique: Vec<Request> = Vec::new();
        let mut places = BTreeMap::new();
        for request in asked.iter().flatten() {
            places.entry(request.clone()).or_insert_with(|| {
                unique.push(request.clone());
                unique.len() - 1
            });
        }
        let fetched = if unique.is_empty() { Vec::new() } else { fetch(&self.0.registry.poller, unique).await };
        // Shared, not copied, when several types read one secret.
        let fetched: Vec<_> = fetched.into_iter().map(|answer| answer.map(Arc::new)).collect();
        let answer = |request: Request| match places.get(&request).and_then(|&at| fetched.get(at)).cloned() {
            Some(Ok(fetched)) => {
                request.secret().confirm();
                Ok(Answer { request, fetched })
            }
            Some(Err(error)) => Err(Error::source(request.secret(), error)),
            None => Err(Error::unanswered(request.secret())),
        };
        asked.into_iter().map(|request| request.and_then(answer)).collect()
    }
}

#[cfg(test)]
impl Secrets {
    pub(crate) fn registry(&self) -> &Registry {
        &self.0.registry
    }
}

impl Shared {
    fn settings(&self) -> Result<(), Error> {
        self.broken.clone().map_or(Ok(()), Err)
    }
}

/// A panic elsewhere, even in the source, cannot leave it half changed: a call that panics counts as failed.
impl UnwindSafe for Secrets {}
impl RefUnwindSafe for Secrets {}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

/// A fetched secret and the request that it answers.
#[derive(Debug)]
#[doc(hidden)]
pub struct Answer {
    request: Request,
    fetched: Arc<Fetched>,
}

impl Answer {
    fn decode<T: Secret>(self) -> Result<T, Error> {
        let Self { request, fetched } = self;
        read(fetched.expose_text(), Some(request.secret()))
    }
}

fn stage<T: Secret>() -> Selector {
    Selector::Stage(T::SPEC.stage().into())
}
