//! A value and the version of the secret that it came from.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use super::accept::Version;

/// The value of one version of a secret. It does not change while you hold it. Cloning is cheap; it derefs to the
/// value.
///
/// Details of the version are associated functions, so that they cannot be confused with methods of the value:
/// `Snapshot::version_id(&db)`.
///
/// ```
/// use secrets_runtime::{Live, Snapshot};
///
/// let key = Live::fixed("k-123".to_owned()).current();
/// assert_eq!(key.len(), 5);
/// assert_eq!(Snapshot::version_id(&key), None); // a fixed value has no version
/// ```
pub struct Snapshot<T>(pub(super) Arc<Versioned<T>>);

pub struct Versioned<T> {
    pub value: T,
    pub version: Version,
    /// Grows with each published value.
    pub number: u64,
    pub show: Show<T>,
}

/// How `Debug` shows a value.
pub type Show<T> = fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result;

impl<T> Snapshot<T> {
    /// The id of the version; `None` if the source has none, or the value is fixed.
    ///
    /// ```
    /// use secrets_runtime::{Live, Snapshot};
    ///
    /// let key = Live::fixed("k-123".to_owned()).current();
    /// let version = Snapshot::version_id(&key).unwrap_or("unknown");
    /// ```
    #[must_use]
    pub fn version_id(this: &Self) -> Option<&str> {
        this.0.version.id.as_deref()
    }

    /// The staging labels of the version when it was fetched.
    ///
    /// ```
    /// use secrets_runtime::{Live, Snapshot};
    ///
    /// let key = Live::fixed("k-123".to_owned()).current();
    /// let is_current = Snapshot::stages(&key).any(|stage| stage == "AWSCURRENT");
    /// ```
    pub fn stages(this: &Self) -> impl Iterator<Item = &str> {
        this.0.version.stages.iter().map(String::as_str)
    }

    /// When the version was created.
    ///
    /// ```
    /// use secrets_runtime::{Live, Snapshot};
    ///
    /// let key = Live::fixed("k-123".to_owned()).current();
    /// let age = Snapshot::created(&key).and_then(|created| created.elapsed().ok());
    /// ```
    #[must_use]
    pub fn created(this: &Self) -> Option<SystemTime> {
        this.0.version.created
    }

    /// When the version was first fetched.
    ///
    /// ```
    /// use secrets_runtime::{Live, Snapshot};
    ///
    /// let key = Live::fixed("k-123".to_owned()).current();
    /// let age = Snapshot::fetched(&key).elapsed();
    /// ```
    #[must_use]
    pub fn fetched(this: &Self) -> SystemTime {
        this.0.version.fetched
    }

    /// Whether two snapshots are of the same version of the same live secret.
    ///
    /// ```
    /// use secrets_runtime::{Live, Snapshot};
    ///
    /// let key = Live::fixed("k-123".to_owned());
    /// assert!(Snapshot::is_same(&key.current(), &key.current()));
    /// ```
    #[must_use]
    pub fn is_same(this: &Self, other: &Self) -> bool {
        this.0.version.is_same(&other.0.version)
    }
}

impl<T> Deref for Snapshot<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> AsRef<T> for Snapshot<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T> Clone for Snapshot<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A value read from a secret is redacted as its type says. A derived value is hidden, unless the program shows it with
/// [`TryMap::shown`](crate::TryMap::shown).
impl<T> fmt::Debug for Snapshot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0.show)(&self.0.value, f)
    }
}
