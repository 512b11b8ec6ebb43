//! Secrets in memory, for tests and first steps.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Fetched, Request, Selector, Source, SourceError};
use crate::error::ErrorKind;
use crate::secret::{AWSCURRENT, AWSPREVIOUS};

/// A source whose secrets the program sets. Clones share them; `Debug` shows none.
///
/// ```
/// use secrets_runtime::Memory;
///
/// let source = Memory::new().with("orders/db", r#"{"username": "orders"}"#);
/// ```
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// By id, then by stage.
    secrets: HashMap<String, HashMap<String, Answer>>,
    versions: u64,
    calls: u64,
    delay: Duration,
}

type Answer = Result<Fetched, SourceError>;

impl Memory {
    /// No secrets.
    ///
    /// ```
    /// use secrets_runtime::Memory;
    ///
    /// let source = Memory::new();
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret.
    ///
    /// ```
    /// use secrets_runtime::Memory;
    ///
    /// let source = Memory::new().with("mail/api", r#"{"key": "k-123"}"#).with("signing", "plain text");
    /// ```
    #[must_use]
    pub fn with(self, id: impl Into<String>, text: impl Into<String>) -> Self {
        self.set(id, text);
        self
    }

    /// Gives a secret a new current version; the one before becomes `AWSPREVIOUS`, as in a rotation.
    ///
    /// ```
    /// use secrets_runtime::Memory;
    ///
    /// let source = Memory::new().with("mail/api", r#"{"key": "k-123"}"#);
    /// source.set("mail/api", r#"{"key": "k-456"}"#); // a rotation
    /// ```
    pub fn set(&self, id: impl Into<String>, text: impl Into<String>) {
        let mut state = self.state();
        let version = state.version(AWSCURRENT, text.into());
        let versions = state.secrets.entry(id.into()).or_default();
        // In one step: no fetch sees the secret without a current version.
        if let Some(Ok(before)) = versions.insert(AWSCURRENT.to_owned(), Ok(version)) {
            versions.insert(AWSPREVIOUS.to_owned(), Ok(before.stages([AWSPREVIOUS])));
        }
    }

    /// Gives a secret a new version with this staging label.
    ///
    /// ```
    /// use secrets_runtime::Memory;
    ///
    /// let source = Memory::new().with("mail/api", r#"{"key": "k-123"}"#);
    /// source.set_stage("mail/api", "AWSPENDING", r#"{"key": "k-456"}"#);
    /// ```
    pub fn set_stage(&self, id: impl Into<String>, label: impl Into<String>, text: impl Into<String>) {
        let label = label.into();
        let mut state = self.state();
        let version = state.version(&label, text.into());
        state.secrets.entry(id.into()).or_default().insert(label, Ok(version));
    }

    /// Lets every request for the current version of a secret fail, until it is set again.
    ///
    /// ```
    /// use secrets_runtime::{ErrorKind, Memory, SourceError};
    ///
    /// let source = Memory::new();
    /// source.fail("mail/api", SourceError::new(ErrorKind::Unreachable, "the test says so"));
    /// ```
    pub fn fail(&self, id: impl Into<String>, error: SourceError) {
        self.state().secrets.entry(id.into()).or_default().insert(AWSCURRENT.to_owned(), Err(error));
    }

    /// Lets every fetch take this long.
    ///
    /// ```
    /// use std::time::Duration;
    /// use secrets_runtime::Memory;
    ///
    /// let source = Memory::new();
    /// source.delay(Duration::from_millis(20));
    /// ```
    pub fn delay(&self, delay: Duration) {
        self.state().delay = delay;
    }

    /// How often [`Source::fetch`] was called.
    ///
    /// ```
    /// use secrets_runtime::Memory;
    ///
    /// assert_eq!(Memory::new().calls(), 0);
    /// ```
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, and every write leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn version(&mut self, stage: &str, text: String) -> Fetched {
        self.versions += 1;
        Fetched::new(text).version_id(format!("memory-{}", self.versions)).stages([stage])
    }

    fn answer(&self, request: &Request) -> Answer {
        let Some(versions) = self.secrets.get(request.id()) else {
            let error = SourceError::new(ErrorKind::NotFound, "it was not set in this in-memory source");
            return Err(error.hint("set it with `Memory::with` or `Memory::set`".to_owned()));
        };
        let version = match request.selector() {
            Selector::Stage(stage) => versions.get(&**stage).cloned(),
            Selector::Version(id) => {
                let has_id = |version: &&Fetched| version.version_id.as_deref() == Some(id);
                versions.values().flatten().find(has_id).cloned().map(Ok)
            }
        };
        version.unwrap_or_else(|| Err(SourceError::new(ErrorKind::NotFound, "it has no such version in memory")))
    }
}

impl Source for Memory {
    fn batch_size(&self) -> usize {
        usize::MAX
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Answer> {
        let delay = {
            let mut state = self.state();
            state.calls += 1;
            state.delay
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let state = self.state();
        requests.iter().map(|request| state.answer(request)).collect()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("secrets", &self.state().secrets.len()).finish_non_exhaustive()
    }
}
