//! Loading live secrets.

use super::{BoxFuture, SecretSet, Secrets};
use crate::error::Error;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::live::{AnyStarting, Health, Live, Pending, Starting, deadline, first_polls};
use crate::secret::{NamedSecret, Secret};
use crate::source::Request;

impl Secrets {
    /// Loads a secret and keeps it fresh: the returned handle follows every rotation, until the last handle is dropped.
    ///
    /// One background task polls all live secrets of this `Secrets`; each secret is polled once, however many types
    /// read it. The interval comes from [`SecretsBuilder::refresh`](super::SecretsBuilder::refresh), `SECRETS_REFRESH`
    /// or `#[secret(refresh = "5m")]`, in this order; the default is 5 minutes.
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
    /// let source = Memory::new().with("mail/api", r#"{"key": "k-123"}"#);
    /// let secrets = Secrets::new(source.clone());
    /// let mail = secrets.live::<MailApi>().await?;
    /// source.set("mail/api", r#"{"key": "k-456"}"#);
    /// mail.refresh().await?; // or wait until it is time
    /// assert_eq!(mail.current().key, "k-456");
    /// # Ok::<(), secrets_runtime::Error>(())
    /// # }).unwrap();
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`load`](Self::load), but transient failures are retried for up to 30 s in total. If the current version is
    /// invalid and the version staged `AWSPREVIOUS` is valid, the secret starts on that version, and
    /// [`health`](Self::health) is degraded. [`Configuration`](ErrorKind::Configuration): there is no tokio runtime, or
    /// it has no timers.
    #[must_use = "nothing is loaded before it is awaited"]
    pub fn live<T: NamedSecret + Send + Sync + 'static>(&self) -> BoxFuture<'_, Result<Live<T>, Error>> {
        self.live_request(self.declared::<T>())
    }

    /// As [`live`](Self::live), by an id that is known only at run time. The id is used literally.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Live, Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// let tenant = "acme";
    /// let mail: Live<MailApi> = secrets.live_from(format!("tenants/{tenant}/mail")).await?;
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`live`](Self::live).
    #[must_use = "nothing is loaded before it is awaited"]
    pub fn live_from<T: Secret + Send + Sync + 'static>(
        &self,
        id: impl AsRef<str>,
    ) -> BoxFuture<'_, Result<Live<T>, Error>> {
        self.live_request(self.given::<T>(id.as_ref()))
    }

    fn live_request<T: Secret + Send + Sync + 'static>(
        &self,
        request: Result<Request, Error>,
    ) -> BoxFuture<'_, Result<Live<T>, Error>> {
        Box::pin(async move {
            let (starting, deadline) = (Starting::new(&self.0.registry, request), deadline());
            let polled = first_polls(&self.0.registry, &[&starting], deadline).await.pop();
            starting.finish(polled.unwrap_or(Ok(())), deadline).await
        })
    }

    /// Loads several declared secrets together and keeps each fresh: `live_all::<(OrdersDb, MailApi)>()`.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// # #[derive(Secret)] #[secret(id = "signing")] struct Signing { key: String }
    /// let (mail, signing) = secrets.live_all::<(MailApi, Signing)>().await?;
    /// assert!(!mail.current().key.is_empty());
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`live`](Self::live). If several secrets fail, [`Error::errors`] has one error for each.
    #[must_use = "nothing is loaded before it is awaited"]
    pub fn live_all<'a, S: SecretSet + 'a>(&'a self) -> BoxFuture<'a, Result<S::Live, Error>> {
        Box::pin(S::live(self))
    }

    /// Loads many secrets of one type, by ids that are known only at run time, and keeps each fresh. The handles are in
    /// the order of the ids.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Live, Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// let both: Vec<Live<MailApi>> = secrets.live_many(["tenants/acme", "tenants/globex"]).await?;
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`live_all`](Self::live_all).
    #[must_use = "nothing is loaded before it is awaited"]
    pub fn live_many<T: Secret + Send + Sync + 'static>(
        &self,
        ids: impl IntoIterator<Item: AsRef<str>>,
    ) -> BoxFuture<'_, Result<Vec<Live<T>>, Error>> {
        let asked: Vec<_> = ids.into_iter().map(|id| self.given::<T>(id.as_ref())).collect();
        Box::pin(async move {
            let (count, deadline) = (asked.len(), deadline());
            let starting: Vec<Starting<T>> =
                asked.into_iter().map(|request| Starting::new(&self.0.registry, request)).collect();
            let any: Vec<&dyn AnyStarting> = starting.iter().map(|starting| starting as &dyn AnyStarting).collect();
            let polled = first_polls(&self.0.registry, &any, deadline).await;
            let (mut lives, mut errors) = (Vec::with_capacity(count), Vec::new());
            for (starting, polled) in starting.into_iter().zip(polled) {
                match starting.finish(polled, deadline).await {
                    Ok(live) => lives.push(live),
                    Err(error) => errors.push(error),
                }
            }
            if errors.is_empty() { Ok(lives) } else { Err(Error::several(errors, count)) }
        })
    }

    /// Starts to load a secret that the program can run without at first, and retries until it has a value.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// let mail = secrets.start::<MailApi>()?; // goes on without it
    /// match mail.get() {
    ///     Some(mail) => println!("{:?}", mail.current()),
    ///     None => println!("not yet: {:?}", mail.last_error()),
    /// }
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// # Errors
    /// The declared id is invalid, or there is no tokio runtime with timers. Failures of the source come later: see
    /// [`Pending::last_error`].
    pub fn start<T: NamedSecret + Send + Sync + 'static>(&self) -> Result<Pending<T>, Error> {
        let request = self.declared::<T>()?;
        Pending::start(&self.0.registry, &request)
    }

    /// The health of all live secrets. Cheap enough for a probe: it does not call the source.
    ///
    /// ```
    /// use secrets_runtime::{HealthState, Secrets, source::Memory};
    ///
    /// let secrets = Secrets::new(Memory::new());
    /// assert_eq!(secrets.health().state, HealthState::Ok); // there are none
    /// ```
    #[must_use]
    pub fn health(&self) -> Health {
        Health::of(&self.0.registry)
    }
}
