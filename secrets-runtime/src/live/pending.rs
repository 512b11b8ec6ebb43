//! Secrets that a program can live without at first.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::Live;
use super::cell::{Refusal, decode};
use super::start::live;
use crate::client::BoxFuture;
use crate::error::Error;
use crate::refresh::{Entry, How, Look, Moment, Standing, Version, View, observe};
use crate::secret::Secret;
use crate::source::Fetched;
use crate::sync::lock;

/// A secret that is being fetched: what [`Secrets::start`](crate::Secrets::start) returns.
///
/// It is tried again and again, whatever the failure. [`health`](crate::Secrets::health) is *unavailable* meanwhile.
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
pub struct Pending<T>(Arc<Coming<T>>);

struct Coming<T> {
    entry: Arc<Entry>,
    live: OnceLock<Live<T>>,
    refused: Mutex<Option<Refusal>>,
    came: Notify,
}

impl<T: Secret + Send + Sync + 'static> Pending<T> {
    pub(crate) fn new(entry: Arc<Entry>) -> Self {
        let coming = Arc::new(Coming { entry, live: OnceLock::new(), refused: Mutex::default(), came: Notify::new() });
        let entry = &coming.entry;
        let as_view: Weak<Coming<T>> = Arc::downgrade(&coming);
        entry.watch(as_view, entry.hub.interval(&T::SPEC));
        entry.look_at(Moment::now());
        entry.hub.wake();
        Self(coming)
    }

    /// The live secret, if there is one yet. Never waits.
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
        self.0.live.get().cloned()
    }

    /// Waits for the live secret, for as long as it takes: bound it with `tokio::time::timeout`.
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
        loop {
            let came = self.0.came.notified();
            if let Some(live) = self.get() {
                return live;
            }
            let entry = &self.0.entry;
            if entry.hub.has_task() {
                came.await;
                continue;
            }
            // Nobody else looks.
            let _ = entry.look(How::Routine).await;
            let pause = entry.record().sooner.map_or(Duration::ZERO, |sooner| Moment::now().until(sooner));
            let _ = tokio::time::timeout(pause, came).await;
        }
    }

    /// Why there is none yet, if that is known.
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
        let refused = lock(&self.0.refused).as_ref().map(|refused| refused.error.clone());
        refused.or_else(|| self.0.entry.record().error)
    }
}

impl<T> Clone for Pending<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.0.entry.request.shown();
        f.debug_struct("Pending").field("id", &id).field("is_ready", &self.0.live.get().is_some()).finish()
    }
}

impl<T: Secret + Send + Sync + 'static> View for Coming<T> {
    fn offer(&self, fetched: &Fetched, look: Look) {
        // Once there is one, it is a view of its own.
        let is_done = self.live.get().is_some();
        if is_done || lock(&self.refused).as_ref().is_some_and(|refused| refused.version.is(fetched)) {
            return;
        }
        let version = Version::of(fetched, look.now);
        let shown = self.entry.request.shown();
        match decode::<T>(fetched, shown) {
            Ok(value) => {
                observe::published(shown, &version);
                self.live.get_or_init(|| live(&self.entry, (value, fetched), look.asked, None));
                *lock(&self.refused) = None;
                self.came.notify_waiters();
            }
            Err(error) => self.refuse(version, error),
        }
    }

    fn refuse(&self, version: Version, error: Error) {
        if self.live.get().is_some() {
            return;
        }
        let mut refused = lock(&self.refused);
        if !refused.as_ref().is_some_and(|refused| refused.version.is_same(&version)) {
            observe::refused(self.entry.request.shown(), &version, &error);
        }
        *refused = Some(Refusal { version, error });
    }

    fn settle(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn standing(&self) -> Standing {
        match self.live.get() {
            Some(live) => live.0.standing(),
            None => Standing {
                confirmed: None,
                max_stale: None,
                refused: lock(&self.refused).as_ref().map(|refused| refused.error.clone()),
                is_in_doubt: false,
            },
        }
    }

    fn close(&self, _: bool) {}
}
