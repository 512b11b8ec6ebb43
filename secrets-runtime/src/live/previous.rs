//! The current value and the one before it.

use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex};

use super::cell::Cell;
use super::map;
use super::snapshot::Snapshot;
use crate::error::Error;
use crate::secret::AWSPREVIOUS;
use crate::sync::lock;

/// Two versions of a secret that belong together.
///
/// ```
/// # async fn example(key: secrets_runtime::Live<String>) -> Result<(), secrets_runtime::Error> {
/// let keys = key.with_previous().await?.current();
/// println!("{}", if keys.previous.is_some() { "two keys" } else { "one key" });
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Versions<T> {
    /// The one in use.
    pub current: Snapshot<T>,
    /// The one that was in use before, if there was one.
    pub previous: Option<Snapshot<T>>,
}

impl<T> Versions<T> {
    /// The current one, then the one before: the order in which a verifier tries them.
    ///
    /// ```
    /// # use secrets_runtime::Versions;
    /// fn is_known(keys: &Versions<String>, given: &str) -> bool {
    ///     keys.iter().any(|key| **key == given)
    /// }
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &Snapshot<T>> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

pub(super) async fn pair<T: Send + Sync + 'static>(cell: &Arc<Cell<T>>) -> Result<Arc<Cell<Versions<T>>>, Error> {
    let staged = cell.feed.staged(AWSPREVIOUS).await;
    let staged = match staged {
        Ok(staged) => staged.map(Snapshot),
        // One that does not fit the struct, as after a change of both, is nothing to verify with.
        Err(error) if error.is_about_value() => None,
        Err(error) => return Err(error),
    };
    let staged = Mutex::new(staged);
    let derived = map::derive(cell, move |current: Snapshot<T>, before: Option<Snapshot<Versions<T>>>| {
        let previous = match before {
            Some(before) => Some(before.current.clone()),
            // Rotated since: what was fetched as the previous version is the one that was current.
            None => lock(&staged).take().filter(|staged| !Snapshot::is_same(staged, &current)),
        };
        ready(Ok::<_, Infallible>(Versions { current, previous }))
    });
    match derived.await {
        Ok(cell) => Ok(cell),
        Err(never) => match never {},
    }
}
