//! Secrets in memory, for tests and first steps.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use zeroize::Zeroizing;

use super::{Fetched, Request, Selector, Source, SourceError};
use crate::error::ErrorKind;
use crate::secret::{AWSCURRENT, AWSPREVIOUS};
use crate::sync::lock;
use secrets_shape::near::nearest;

/// A source whose secrets the program sets. Clones share them; `Debug` redacts them.
///
/// ```
/// use secrets_runtime::source::Memory;
///
/// let source = Memory::new().with("orders/db", r#"{"username": "orders"}"#);
/// ```
///
/// With the feature `testing`, it also simulates what happens to secrets in production: rotations step by step,
/// rollbacks, deletions, outages.
#[derive(Clone, Default)]
pub struct Memory(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Whether fetches wait.
    pub frozen: watch::Sender<bool>,
    /// How many fetches began.
    pub calls: watch::Sender<u64>,
}

#[derive(Default)]
pub struct State {
    secrets: HashMap<String, Stored>,
    versions: u64,
    created: Option<SystemTime>,
    delay: Duration,
}

/// A secret. A version is kept while it has a label.
#[derive(Default)]
pub struct Stored {
    pub labels: HashMap<String, Arc<Version>>,
    pub fault: Option<SourceError>,
}

pub struct Version {
    id: String,
    created: SystemTime,
    pub value: Value,
}

pub enum Value {
    Text(Zeroizing<String>),
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "stored by scripts alone"))]
    Binary,
}

type Answer = Result<Fetched, SourceError>;

impl Memory {
    /// Creates a source without secrets.
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
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
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new().with("mail/api", r#"{"key": "k-123"}"#).with("signing", "plain text");
    /// ```
    #[must_use]
    pub fn with(self, id: impl Into<String>, text: impl Into<String>) -> Self {
        self.set(id, text);
        self
    }

    /// Gives a secret a new current version, as an edit does; the version before becomes `AWSPREVIOUS`. Ends the effect
    /// of [`fail`](Self::fail).
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new().with("mail/api", r#"{"key": "k-123"}"#);
    /// source.set("mail/api", r#"{"key": "k-456"}"#);
    /// ```
    pub fn set(&self, id: impl Into<String>, text: impl Into<String>) {
        self.put(id.into(), Value::Text(Zeroizing::new(text.into())));
    }

    /// In one step, so that no fetch sees the secret without a current version.
    pub(super) fn put(&self, id: String, value: Value) {
        let mut state = self.state();
        let version = state.version(value);
        let stored = state.secrets.entry(id).or_default();
        stored.fault = None;
        stored.make_current(version);
    }

    /// Gives a secret a new version with this staging label.
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new().with("mail/api", r#"{"key": "k-123"}"#);
    /// source.set_stage("mail/api", "AWSPENDING", r#"{"key": "k-456"}"#);
    /// ```
    pub fn set_stage(&self, id: impl Into<String>, label: impl Into<String>, text: impl Into<String>) {
        let mut state = self.state();
        let version = state.version(Value::Text(Zeroizing::new(text.into())));
        state.secrets.entry(id.into()).or_default().labels.insert(label.into(), version);
    }

    /// Makes every request for a secret fail until it is set again.
    ///
    /// ```
    /// use secrets_runtime::{ErrorKind, source::{Memory, SourceError}};
    ///
    /// let source = Memory::new();
    /// source.fail("mail/api", SourceError::new(ErrorKind::Unreachable, "the test says so"));
    /// ```
    pub fn fail(&self, id: impl Into<String>, error: SourceError) {
        self.state().secrets.entry(id.into()).or_default().fault = Some(error);
    }

    /// Makes every fetch take this long.
    ///
    /// ```
    /// use std::time::Duration;
    /// use secrets_runtime::source::Memory;
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
    /// use secrets_runtime::source::Memory;
    ///
    /// assert_eq!(Memory::new().calls(), 0);
    /// ```
    #[must_use]
    pub fn calls(&self) -> u64 {
        *self.0.calls.borrow()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}

/// For scripts.
#[cfg(feature = "testing")]
impl Memory {
    pub(super) fn set_frozen(&self, is_frozen: bool) {
        self.0.frozen.send_replace(is_frozen);
    }

    /// Counts the fetches as they begin.
    pub(crate) fn watch_calls(&self) -> watch::Receiver<u64> {
        self.0.calls.subscribe()
    }
}

impl State {
    /// Creates a version that is newer than all others, even if the clock has not moved.
    pub fn version(&mut self, value: Value) -> Arc<Version> {
        self.versions += 1;
        let now = SystemTime::now();
        let created = self.created.map_or(now, |last| now.max(last + Duration::from_nanos(1)));
        self.created = Some(created);
        Arc::new(Version { id: format!("memory-{}", self.versions), created, value })
    }

    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "changed by scripts alone"))]
    pub fn stored(&mut self, id: &str) -> Option<&mut Stored> {
        self.secrets.get_mut(id)
    }

    fn answer(&self, request: &Request) -> Answer {
        let Some(stored) = self.secrets.get(request.id()) else {
            let error = SourceError::new(ErrorKind::NotFound, "it was not set in this in-memory source");
            let id = request.secret().in_a_hint();
            return Err(error.advice(match nearest(&id, self.secrets.keys().map(String::as_str)) {
                Some(near) => format!("it has {near:?}: if that is the secret, set {id:?} in its place"),
                None => format!("set {id:?} with `Memory::with` or `Memory::set`"),
            }));
        };
        if let Some(fault) = &stored.fault {
            return Err(fault.clone());
        }
        let version = match request.selector() {
            Selector::Stage(stage) => stored.labels.get(&**stage),
            Selector::Version(id) => stored.labels.values().find(|version| version.id == **id),
        };
        version
            .ok_or_else(|| {
                let error = SourceError::new(ErrorKind::NotFound, "it has no such version in memory");
                error.hint("store a version under another stage with `Memory::set_stage`")
            })
            .and_then(|version| stored.fetched(version))
    }
}

impl Stored {
    /// The version before becomes `AWSPREVIOUS`.
    pub fn make_current(&mut self, version: Arc<Version>) {
        if let Some(before) = self.labels.insert(AWSCURRENT.to_owned(), version) {
            self.labels.insert(AWSPREVIOUS.to_owned(), before);
        }
    }

    fn fetched(&self, version: &Arc<Version>) -> Answer {
        let Value::Text(text) = &version.value else {
            return Err(SourceError::new(ErrorKind::Binary, "").version_id(&version.id));
        };
        let has_label =
            |(label, labelled): (&String, &Arc<Version>)| Arc::ptr_eq(labelled, version).then(|| label.clone());
        let stages = self.labels.iter().filter_map(has_label);
        Ok(Fetched::new(text.as_str()).with_version_id(&version.id).with_created(version.created).with_stages(stages))
    }
}

impl Source for Memory {
    fn batch_size(&self) -> usize {
        usize::MAX
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Answer> {
        self.0.calls.send_modify(|calls| *calls += 1);
        // It cannot fail: the sender is in `self`.
        let _ = self.0.frozen.subscribe().wait_for(|is_frozen| !is_frozen).await;
        let delay = self.state().delay;
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
