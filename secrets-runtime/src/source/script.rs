//! Simulates, on secrets in memory, what happens to secrets in production.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::SourceError;
use super::memory::{Memory, Value, Version};
use crate::error::ErrorKind;
use crate::secret::{AWSCURRENT, AWSPENDING, AWSPREVIOUS};

/// Faults and changes, one method each. They take effect with the next fetch.
impl Memory {
    /// Starts a rotation: the *create* step, which stages a new version `AWSPENDING`. The current version stays current
    /// until [`Rotation::finish`]; the *set* and *test* steps are up to the caller.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// use secrets_runtime::{Secret, Secrets, source::Memory};
    ///
    /// #[derive(Secret)]
    /// #[secret(id = "orders/db")]
    /// struct OrdersDb {
    ///     password: String,
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let source = Memory::new().with("orders/db", r#"{"password": "one"}"#);
    /// let secrets = Secrets::new(source.clone());
    /// let db = secrets.live::<OrdersDb>().await?;
    ///
    /// let rotation = source.rotate("orders/db", r#"{"password": "two"}"#); // create
    /// // set: the database accepts "two" from here on; a rotation that gets stuck stays here
    /// db.refresh().await?;
    /// assert_eq!(db.current().password, "one");
    /// rotation.finish();
    /// # let db = secrets.load::<OrdersDb>().await?;
    /// # assert_eq!(db.password, "two");
    /// # Ok::<(), secrets_runtime::Error>(())
    /// # }).unwrap();
    /// # }
    /// ```
    #[must_use = "a rotation that is dropped is stuck before its last step"]
    pub fn rotate(&self, id: impl Into<String>, text: impl Into<String>) -> Rotation {
        let id = id.into();
        let mut state = self.state();
        let pending = state.version(Value::Text(Zeroizing::new(text.into())));
        if let Some(stored) = state.stored(&id) {
            stored.labels.insert(AWSPENDING.to_owned(), Arc::clone(&pending));
        }
        drop(state);
        Rotation { source: self.clone(), id, pending }
    }

    /// Moves `AWSCURRENT` back to the version staged `AWSPREVIOUS`, and moves that label to the version that was
    /// current. Returns `false` if there is no previous version.
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new().with("orders/db", r#"{"password": "one"}"#);
    /// source.set("orders/db", r#"{"password": "two"}"#);
    /// assert!(source.roll_back("orders/db")); // "one" is current again
    /// ```
    #[must_use = "there may be no version to go back to"]
    pub fn roll_back(&self, id: &str) -> bool {
        let mut state = self.state();
        let Some(stored) = state.stored(id) else { return false };
        let previous = stored.labels.get(AWSPREVIOUS).cloned();
        let has_previous = previous.is_some();
        if let Some(previous) = previous {
            stored.make_current(previous);
        }
        has_previous
    }

    /// Stores a binary value, which loading refuses: only text secrets are supported.
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new().with("orders/db", r#"{"password": "one"}"#);
    /// source.set_binary("orders/db"); // what is live keeps "one"
    /// ```
    pub fn set_binary(&self, id: impl Into<String>) {
        self.put(id.into(), Value::Binary);
    }

    /// Throttles requests for a secret until it is set or [restored](Self::restore).
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new().with("orders/db", r#"{"password": "one"}"#);
    /// source.throttle("orders/db");
    /// ```
    pub fn throttle(&self, id: &str) {
        self.fail(id, SourceError::new(ErrorKind::Throttled, ""));
    }

    /// Marks a secret for deletion: requests fail until it is [restored](Self::restore).
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new().with("orders/db", r#"{"password": "one"}"#);
    /// source.delete("orders/db");
    /// ```
    pub fn delete(&self, id: &str) {
        self.fail(id, SourceError::new(ErrorKind::MarkedForDeletion, ""));
    }

    /// Ends the effect of [`delete`](Self::delete), [`throttle`](Self::throttle) and [`fail`](Self::fail). The secret
    /// has its versions as before.
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new().with("orders/db", r#"{"password": "one"}"#);
    /// source.delete("orders/db");
    /// source.restore("orders/db"); // "one", as before
    /// ```
    pub fn restore(&self, id: &str) {
        if let Some(stored) = self.state().stored(id) {
            stored.fault = None;
        }
    }

    /// Makes every fetch wait until [`thaw`](Self::thaw): this is how the source looks to a process that is frozen for
    /// several intervals or cut off from the network.
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new().with("orders/db", r#"{"password": "one"}"#);
    /// source.freeze();
    /// source.rotate("orders/db", r#"{"password": "two"}"#).finish(); // nobody sees it yet
    /// source.thaw();
    /// ```
    pub fn freeze(&self) {
        self.set_frozen(true);
    }

    /// Ends the effect of [`freeze`](Self::freeze): waiting fetches get the current version.
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new();
    /// source.freeze();
    /// source.thaw();
    /// ```
    pub fn thaw(&self) {
        self.set_frozen(false);
    }

    /// The text of the current version.
    pub(crate) fn current_text(&self, id: &str) -> Option<Zeroizing<String>> {
        match &self.state().stored(id)?.labels.get(AWSCURRENT)?.value {
            Value::Text(text) => Some(text.clone()),
            Value::Binary => None,
        }
    }
}

/// A rotation in progress; see [`Memory::rotate`]. Dropping it leaves the rotation stuck.
///
/// ```
/// use secrets_runtime::source::Memory;
/// use secrets_runtime::testing::Rotation;
///
/// let source = Memory::new().with("orders/db", r#"{"password": "one"}"#);
/// let rotation: Rotation = source.rotate("orders/db", r#"{"password": "two"}"#);
/// drop(rotation); // stuck: "two" stays `AWSPENDING`
/// ```
#[must_use = "a rotation that is dropped is stuck before its last step"]
pub struct Rotation {
    source: Memory,
    id: String,
    pending: Arc<Version>,
}

impl Rotation {
    /// The *finish* step: moves `AWSCURRENT` to the new version and `AWSPREVIOUS` to the one before.
    ///
    /// ```
    /// use secrets_runtime::source::Memory;
    ///
    /// let source = Memory::new().with("orders/db", r#"{"password": "one"}"#);
    /// source.rotate("orders/db", r#"{"password": "two"}"#).finish();
    /// ```
    pub fn finish(self) {
        let mut state = self.source.state();
        if let Some(stored) = state.stored(&self.id) {
            stored.labels.remove(AWSPENDING);
            stored.make_current(self.pending);
        }
    }
}

/// Without the value.
impl fmt::Debug for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotation").field("id", &self.id).finish_non_exhaustive()
    }
}
