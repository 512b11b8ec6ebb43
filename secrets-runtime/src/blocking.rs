//! For programs without an async runtime: one thread runs its own runtime, which polls live secrets.
//!
//! ```
//! # #[cfg(feature = "derive")] {
//! use secrets_runtime::source::Memory;
//! use secrets_runtime::{Secret, blocking};
//!
//! #[derive(Secret)]
//! #[secret(id = "mail/api")]
//! struct MailApi {
//!     key: String,
//! }
//!
//! // In an application: `blocking::Secrets::from_env()?`
//! let secrets = blocking::Secrets::new(Memory::new().with("mail/api", r#"{"key": "k-123"}"#))?;
//! let mail = secrets.live::<MailApi>()?; // follows every rotation for as long as `secrets` is there
//! assert_eq!(mail.current().key, "k-123");
//! # }
//! # Ok::<(), secrets_runtime::Error>(())
//! ```

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Arc, mpsc};
use std::thread;

use futures_util::FutureExt;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::client::{SecretSet, Secrets as Async};
use crate::error::Error;
use crate::live::{Health, Live};
use crate::secret::{NamedSecret, Secret};
use crate::source::Source;

/// As [`Secrets`](crate::Secrets), for calls that block the thread. Cloning is cheap; clones share everything. When the
/// last clone is dropped, polling stops, and live secrets keep their last value.
///
/// Do not use it in async code: a call blocks its thread and everything that runs on it.
///
/// ```
/// use secrets_runtime::blocking::Secrets;
/// use secrets_runtime::source::Memory;
///
/// let secrets = Secrets::new(Memory::new().with("key", "k-123"))?;
/// assert_eq!(secrets.load_from::<String>("key")?, "k-123");
/// # Ok::<(), secrets_runtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Secrets {
    secrets: Async,
    runtime: Arc<Runtime>,
}

/// A runtime on its own thread, which ends when this is dropped.
struct Runtime {
    handle: Handle,
    /// The thread runs until this is dropped.
    _stop: oneshot::Sender<()>,
}

impl Runtime {
    fn start() -> Result<Self, Error> {
        let failed = |_| {
            Error::configuration(
                "the thread that polls secrets cannot be started",
                "raise the limits on threads and open files of the process",
            )
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let run = move || {
            let _ = runtime.block_on(stopped);
        };
        thread::Builder::new().name("secrets".to_owned()).spawn(run).map_err(failed)?;
        Ok(Self { handle, _stop: stop })
    }

    fn wait<F: Future<Output: Send + 'static> + Send + 'static>(&self, future: F) -> F::Output {
        let (ended, outcome) = mpsc::sync_channel(1);
        self.handle.spawn(async move {
            let _ = ended.send(AssertUnwindSafe(future).catch_unwind().await);
        });
        match outcome.recv() {
            Ok(Ok(output)) => output,
            Ok(Err(panic)) => resume_unwind(panic),
            // `self` keeps the thread running.
            Err(mpsc::RecvError) => unreachable!("the runtime outlives its handle"),
        }
    }
}

impl Secrets {
    /// As [`Secrets::from_env`](crate::Secrets::from_env).
    ///
    /// ```no_run
    /// let secrets = secrets_runtime::blocking::Secrets::from_env()?;
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of that method, or the thread cannot be started.
    #[cfg(feature = "aws-https")]
    pub fn from_env() -> Result<Self, Error> {
        Self::from_future(Async::from_env())
    }

    /// Creates secrets from an async setup: builder settings with the environment, or an SDK configuration.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use secrets_runtime::source::Memory;
    /// use secrets_runtime::{Secrets, blocking};
    ///
    /// let secrets = blocking::Secrets::from_future(async {
    ///     // In an application: `.build_from_env().await`
    ///     Ok(Secrets::builder().refresh(Duration::from_secs(60)).build(Memory::new()))
    /// })?;
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// The error of the future, or the thread cannot be started.
    pub fn from_future(secrets: impl Future<Output = Result<Async, Error>> + Send + 'static) -> Result<Self, Error> {
        let runtime = Runtime::start()?;
        let secrets = runtime.wait(secrets)?;
        Ok(Self { secrets, runtime: Arc::new(runtime) })
    }

    /// As [`Secrets::new`](crate::Secrets::new).
    ///
    /// ```
    /// use secrets_runtime::blocking::Secrets;
    /// use secrets_runtime::source::Memory;
    ///
    /// let secrets = Secrets::new(Memory::new())?;
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn new(source: impl Source) -> Result<Self, Error> {
        Self::of(Async::new(source))
    }

    /// Wraps async [`Secrets`](crate::Secrets) that have their own settings.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use secrets_runtime::source::Memory;
    /// use secrets_runtime::{Secrets, blocking};
    ///
    /// let secrets = Secrets::builder().refresh(Duration::from_secs(60)).build(Memory::new());
    /// let secrets = blocking::Secrets::of(secrets)?;
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn of(secrets: Async) -> Result<Self, Error> {
        Ok(Self { secrets, runtime: Arc::new(Runtime::start()?) })
    }

    /// As [`Secrets::load`](crate::Secrets::load).
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret, blocking::Secrets, source::Memory};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// let secrets = Secrets::new(Memory::new().with("mail/api", r#"{"key": "k-123"}"#))?;
    /// assert_eq!(secrets.load::<MailApi>()?.key, "k-123");
    /// # }
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of that method.
    pub fn load<T: NamedSecret + Send + 'static>(&self) -> Result<T, Error> {
        let secrets = self.secrets.clone();
        self.runtime.wait(async move { secrets.load::<T>().await })
    }

    /// As [`Secrets::load_from`](crate::Secrets::load_from).
    ///
    /// ```
    /// # use secrets_runtime::{blocking::Secrets, source::Memory};
    /// let secrets = Secrets::new(Memory::new().with("key", "k-123"))?;
    /// assert_eq!(secrets.load_from::<String>("key")?, "k-123");
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of that method.
    pub fn load_from<T: Secret + Send + 'static>(&self, id: impl AsRef<str>) -> Result<T, Error> {
        let (secrets, id) = (self.secrets.clone(), id.as_ref().to_owned());
        self.runtime.wait(async move { secrets.load_from::<T>(id).await })
    }

    /// As [`Secrets::load_all`](crate::Secrets::load_all).
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret, blocking::Secrets, source::Memory};
    /// # #[derive(Secret)] #[secret(id = "a")] struct A { key: String }
    /// # #[derive(Secret)] #[secret(id = "b")] struct B { key: String }
    /// # let source = Memory::new().with("a", r#"{"key": "1"}"#).with("b", r#"{"key": "2"}"#);
    /// let (a, b) = Secrets::new(source)?.load_all::<(A, B)>()?;
    /// # assert_eq!((a.key.as_str(), b.key.as_str()), ("1", "2"));
    /// # }
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of that method.
    pub fn load_all<S: SecretSet + Send + 'static>(&self) -> Result<S, Error> {
        let secrets = self.secrets.clone();
        self.runtime.wait(async move { secrets.load_all::<S>().await })
    }

    /// As [`Secrets::live`](crate::Secrets::live). Run the async methods of [`Live`] with [`wait`](Self::wait).
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret, blocking::Secrets, source::Memory};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// let secrets = Secrets::new(Memory::new().with("mail/api", r#"{"key": "k-123"}"#))?;
    /// let mail = secrets.live::<MailApi>()?;
    /// assert_eq!(mail.read(|mail| mail.key.len()), 5);
    /// # }
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of that method.
    pub fn live<T: NamedSecret + Send + Sync + 'static>(&self) -> Result<Live<T>, Error> {
        let secrets = self.secrets.clone();
        self.runtime.wait(async move { secrets.live::<T>().await })
    }

    /// As [`Secrets::live_from`](crate::Secrets::live_from).
    ///
    /// ```
    /// # use secrets_runtime::{blocking::Secrets, source::Memory};
    /// let secrets = Secrets::new(Memory::new().with("key", "k-123"))?;
    /// assert_eq!(*secrets.live_from::<String>("key")?.current(), "k-123");
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of that method.
    pub fn live_from<T: Secret + Send + Sync + 'static>(&self, id: impl AsRef<str>) -> Result<Live<T>, Error> {
        let (secrets, id) = (self.secrets.clone(), id.as_ref().to_owned());
        self.runtime.wait(async move { secrets.live_from::<T>(id).await })
    }

    /// Runs a future on the thread that polls and blocks until it ends: for the async methods of a live secret.
    ///
    /// ```
    /// # use secrets_runtime::{blocking::Secrets, source::Memory};
    /// let secrets = Secrets::new(Memory::new().with("key", "k-123"))?;
    /// let key = secrets.live_from::<String>("key")?;
    /// let length = secrets.wait(async move { key.try_map(async |key| Ok::<_, &str>(key.len())).await })?;
    /// assert_eq!(*length.current(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// If the future panics.
    ///
    /// A future that calls this method waits for itself, and never ends.
    pub fn wait<F: Future<Output: Send + 'static> + Send + 'static>(&self, future: F) -> F::Output {
        self.runtime.wait(future)
    }

    /// The async client behind this one. Run calls that have no blocking form with [`wait`](Self::wait).
    ///
    /// ```
    /// # use secrets_runtime::{blocking::Secrets, source::Memory};
    /// let secrets = Secrets::new(Memory::new().with("a", "1").with("b", "2"))?;
    /// let inner = secrets.inner().clone();
    /// let both: Vec<String> = secrets.wait(async move { inner.load_many(["a", "b"]).await })?;
    /// # assert_eq!(both, ["1", "2"]);
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn inner(&self) -> &Async {
        &self.secrets
    }

    /// As [`Secrets::health`](crate::Secrets::health).
    ///
    /// ```
    /// # use secrets_runtime::{blocking::Secrets, source::Memory};
    /// assert!(Secrets::new(Memory::new())?.health().is_ready());
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn health(&self) -> Health {
        self.secrets.health()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}
