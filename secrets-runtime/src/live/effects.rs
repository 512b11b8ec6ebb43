//! The effects of a change made under a lock. They run foreign code, so they run after the lock is released.

use std::sync::Arc;

use tokio::sync::Notify;

use super::telemetry::Event;
use crate::panics::catch;

/// Collected under a lock, emitted after it: `tracing` layers, metrics recorders, wakers and destructors of values may
/// call anything, including this crate.
#[derive(Default)]
#[must_use = "a change without its effects is half made"]
pub struct Effects {
    events: Vec<Event>,
    wakes: Vec<Arc<Notify>>,
    derivations: Vec<Arc<dyn Derivation>>,
    replaced: Vec<Box<dyn Replaced>>,
}

/// Derives a value from another one.
pub trait Derivation: Send + Sync {
    /// Starts a run, unless one in flight will cover it.
    fn begin(&self);
}

/// A value that must be dropped outside of locks.
trait Replaced: Send {}

impl<T: Send> Replaced for T {}

impl Effects {
    pub fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    pub fn wake(&mut self, waiting: Option<Arc<Notify>>) {
        self.wakes.extend(waiting);
    }

    pub fn derive(&mut self, derivation: Arc<dyn Derivation>) {
        self.derivations.push(derivation);
    }

    /// Keeps a value until no lock is held: its destructor is user code.
    pub fn drop_later(&mut self, value: impl Send + 'static) {
        self.replaced.push(Box::new(value));
    }

    pub fn emit(self) {
        let Self { events, wakes, derivations, replaced } = self;
        for event in events {
            catch(|| event.emit());
        }
        for waiting in wakes {
            catch(|| waiting.notify_waiters());
        }
        for derivation in derivations {
            catch(move || derivation.begin());
        }
        for value in replaced {
            catch(move || drop(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct PanicsOnDrop;

    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            panic!("of the test");
        }
    }

    #[test]
    fn a_destructor_that_panics_keeps_nothing_else_from_happening() {
        let (kept, mut effects) = (Arc::new(()), Effects::default());
        effects.drop_later(PanicsOnDrop);
        effects.drop_later(Arc::clone(&kept));
        effects.emit();
        assert_eq!(Arc::strong_count(&kept), 1);
    }
}
