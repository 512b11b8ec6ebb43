//! `Debug` with the secret redacted.

use std::fmt;

use crate::secret::SecretValue;

/// Replaces a value.
pub const REDACTED: &str = "[REDACTED]";

/// Shows the structure of a value and redacts its contents, with the `redacted` of its type.
#[doc(hidden)]
pub struct Redacted<'a, T>(pub &'a T, pub fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result);

impl<'a, T: SecretValue> Redacted<'a, T> {
    pub(crate) fn new(value: &'a T) -> Self {
        Self(value, T::redacted)
    }
}

impl<T> fmt::Debug for Redacted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, redacted) = self;
        redacted(value, f)
    }
}
