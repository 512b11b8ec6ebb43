//! Secrets that a program can run without at first, and the first value of every live secret.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, Weak};

use futures_util::future::{Either, select};
use tokio::sync::Notify;

use super::accept::{Trigger, Version};
use super::clock::{Timer, Timestamp};
use super::handle::Live;
use super::polled::{PolledSecret, Subscription};
use super::registry::Registry;
use super::run::Interrupted;
use super::schedule::MIN_BACKOFF;
use super::snapshot::Versioned;
use super::state::{LiveState, OfSecret, Refusal};
use super::subscriber::{Applying, Arrival, Standing, Subscriber, Verdict, ViewHealth, Visibility};
use super::telemetry::What;
use super::ticket::Run;
use crate::error::Error;
use crate::secret::{Secret, read};
use crate::source::{Fetched, Request};
use crate::sync::lock;

/// A secret that is being loaded, returned by [`Secrets::start`](crate::Secrets::start).
///
/// It is retried whatever the failure. Until it has a value, [`health`](crate::Secrets::health) is *unavailable*.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// # use secrets_runtime::{Pending, Secret, Secrets};
/// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
/// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
/// let mail: Pending<MailApi> = secrets.start()?;
/// let mail = mail.ready().await; // later, where it is needed
/// # Ok(())
/// # }
/// # }
/// ```
pub struct Pending<T>(Arc<PendingState<T>>);

/// A subscriber that becomes a live value with the first good version.
pub struct PendingState<T> {
    pub secret: Arc<PolledSecret>,
    visibility: Visibility,
    /// Moved to the live value.
    subscription: Mutex<Option<Subscription>>,
    live: OnceLock<Live<T>>,
    refused: Mutex<Option<Refusal>>,
    came: Arc<Notify>,
}

impl<T: Secret + Send + Sync + 'static> PendingState<T> {
    pub fn subscribe(secret: &Arc<PolledSecret>, visibility: Visibility) -> Arc<Self> {
        let interval = secret.poller.settings.interval(&T::SPEC);
        let state = Arc::new(Self {
            secret: Arc::clone(secret),
            visibility,
            subscription: Mutex::default(),
            live: OnceLock::new(),
            refused: Mutex::default(),
            came: Arc::default(),
        });
        let subscriber: Weak<Self> = Arc::downgrade(&state);
        secret.subscribe(subscriber, interval, visibility, |subscription| {
            *lock(&state.subscription) = Some(subscription);
        });
        state
    }

    pub fn live(&self) -> Option<Live<T>> {
        self.live.get().cloned()
    }

    pub fn refusal(&self) -> Option<Refusal> {
        lock(&self.refused).clone()
    }

    /// Starts on a value that was not polled: the version before the refused one.
    pub fn start_on(&self, value: T, fetched: &Fetched, refused: Refusal) -> Option<Live<T>> {
        let first = first(value, Version::of(fetched, Timestamp::now()));
        let id = lock(&self.subscription).as_ref().map(|subscription| subscription.id);
        if let Some(id) = id {
            self.secret.put(id, |applying| self.become_live(first, Timestamp::now(), Some(refused), applying));
        }
        self.live()
    }

    /// Runs under the lock of the poll that brings the first value. Returns `false` if there is one already.
    fn become_live(
        &self,
        first: Versioned<T>,
        asked: Timestamp,
        refused: Option<Refusal>,
        applying: &mut Applying<'_>,
    ) -> bool {
        let Some(subscription) = lock(&self.subscription).take() else {
            applying.effects.drop_later(first);
            return false;
        };
        let published = What::Published { version: first.version.clone(), is_first: true };
        applying.effects.event(self.secret.event(published));
        let id = subscription.id;
        let upstream = Arc::new(OfSecret { max_stale: self.secret.poller.settings.max_stale(&T::SPEC), subscription });
        let state = LiveState::new(first, asked, upstream);
        let state = Arc::new(match refused {
            Some(refused) => state.refusing(refused),
            None => state,
        });
        applying.subscriptions.replace(id, Arc::downgrade(&state) as Weak<dyn Subscriber>);
        let _ = self.live.set(Live(state));
        true
    }

    fn on_fetched(self: Arc<Self>, fetched: &Fetched, version: &Version, run: Run) -> Verdict {
        if lock(&self.refused).as_ref().is_some_and(|refused| refused.version.is(fetched)) {
            return Verdict::keep(Standing::Refused);
        }
        let version = version.clone();
        match read::<T>(fetched.expose_text(), Some(self.secret.secret_id())) {
            Ok(value) => {
                let first = first(value, version);
                Verdict::change(Standing::Settled, move |applying| {
                    if !self.become_live(first, run.asked, None, applying) {
                        // It started on the previous version meanwhile: the live value decides about this one.
                        applying.subscriptions.note(applying.id, Standing::Open);
                    }
                    let before = lock(&self.refused).take();
                    applying.effects.drop_later(before);
                    applying.effects.wake(Some(Arc::clone(&self.came)));
                })
            }
            Err(error) => self.refuse(version, error),
        }
    }

    fn refuse(self: Arc<Self>, version: Version, error: Error) -> Verdict {
        Verdict::change(Standing::Refused, move |applying| {
            let mut refused = lock(&self.refused);
            let is_known = refused.as_ref().is_some_and(|refused| refused.version.is_same(&version));
            if self.visibility == Visibility::Visible && !is_known {
                applying.effects.event(self.secret.event(What::Refused(version.clone(), error.clone())));
            }
            *refused = Some(Refusal { version, error, cause: None });
        })
    }
}

fn first<T: Secret>(value: T, version: Version) -> Versioned<T> {
    Versioned { value, version, number: 1, show: T::redacted }
}

impl<T: Secret + Send + Sync + 'static> Pending<T> {
    pub(crate) fn start(registry: &Registry, request: &Request) -> Result<Self, Error> {
        let secret = registry.secret(request);
        registry.poller.visit().map_err(|reason| Interrupted::CannotWait(reason).error(secret.secret_id()))?;
        let state = PendingState::subscribe(&secret, Visibility::Visible);
        secret.begin();
        Ok(Self(state))
    }

    /// The live secret, if it has a value yet. Never waits.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Pending, Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// # let mail: Pending<MailApi> = secrets.start()?;
    /// if let Some(mail) = mail.get() {
    ///     println!("{:?}", mail.current());
    /// }
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    #[must_use]
    pub fn get(&self) -> Option<Live<T>> {
        self.0.live()
    }

    /// Waits for the live secret without a limit; bound it with `tokio::time::timeout`.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Pending, Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// use std::time::Duration;
    /// # let mail: Pending<MailApi> = secrets.start()?;
    /// let Ok(mail) = tokio::time::timeout(Duration::from_secs(5), mail.ready()).await else { return Ok(()) };
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    pub async fn ready(&self) -> Live<T> {
        let PendingState { secret, came, .. } = &*self.0;
        let _ = secret.poller.visit();
        loop {
            let mut came = pin!(came.notified());
            came.as_mut().enable();
            if let Some(live) = self.get() {
                return live;
            }
            if secret.poller.is_in_background() {
                secret.poller.waiting(came).await;
                continue;
            }
            // Without a background task, this call polls.
            let _ = secret.poll(Trigger::Scheduled, secret.patience()).await;
            let pause = secret.record().rest.unwrap_or_else(|| Timestamp::now().after(MIN_BACKOFF));
            if let Either::Right((Err(_), came)) = select(came, Timer::until(pause)).await {
                came.await;
            }
        }
    }

    /// Why there is no value yet, if it is known.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Pending, Secret, Secrets};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # async fn example(secrets: &Secrets) -> Result<(), secrets_runtime::Error> {
    /// # let mail: Pending<MailApi> = secrets.start()?;
    /// if let Some(error) = mail.last_error() {
    ///     eprintln!("mail is not sent for now: {error}");
    /// }
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    #[must_use]
    pub fn last_error(&self) -> Option<Error> {
        self.0.refusal().map(|refused| refused.error).or_else(|| self.0.secret.record().error)
    }
}

impl<T> Clone for Pending<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.0.secret.secret_id().shown();
        f.debug_struct("Pending").field("id", &id).field("is_ready", &self.0.live.get().is_some()).finish()
    }
}

impl<T: Secret + Send + Sync + 'static> Subscriber for PendingState<T> {
    fn on_version(self: Arc<Self>, arrival: &Arrival<'_>, run: Run) -> Verdict {
        match arrival {
            Arrival::Fetched(fetched, version) if fetched.is_fallback() => {
                self.on_fetched(fetched, version, run).of_fallback()
            }
            Arrival::Fetched(fetched, version) => self.on_fetched(fetched, version, run),
            Arrival::Unreadable(version, error) => self.refuse((*version).clone(), (*error).clone()),
        }
    }

    fn health(&self) -> Option<ViewHealth> {
        let refused = self.refusal().map(Refusal::told);
        let waiting = ViewHealth { confirmed: None, max_stale: None, version: None, refused, behind: None };
        (self.visibility == Visibility::Visible).then_some(waiting)
    }
}
