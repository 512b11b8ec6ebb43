//! The primitives of publishing. The model checker's tests replace them with its own.

pub use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use arc_swap::{ArcSwap, Guard};
pub use tokio::sync::Notify;

/// Locks a mutex. A poisoned one is safe to use: its holders never leave its data half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
