//! The primitives that publishing is built on. The model checker's tests put its own in their place.

pub(crate) use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use arc_swap::{ArcSwap, Guard};
pub(crate) use tokio::sync::Notify;

/// Locks a mutex whose holders leave what it guards whole, whatever happens to them.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
