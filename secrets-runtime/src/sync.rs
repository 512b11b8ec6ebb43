//! The primitives that publishing is built on. The model checker's tests put its own in their place.

pub use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use arc_swap::{ArcSwap, Guard};
pub use tokio::sync::Notify;

/// Locks a mutex whose holders leave what it guards whole, whatever happens to them.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
