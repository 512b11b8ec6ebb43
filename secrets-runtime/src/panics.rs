//! Foreign code may panic: a source, a validation, a destructor, a `tracing` layer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt;

/// Runs foreign code; `None` if it panics.
pub fn catch<R>(foreign: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(foreign)).map_err(discard).ok()
}

/// As [`catch`], for a future, including its destructor.
pub async fn catch_future<F: Future>(foreign: F) -> Option<F::Output> {
    let mut foreign = Box::pin(AssertUnwindSafe(foreign).catch_unwind());
    let outcome = (&mut foreign).await;
    catch(move || drop(foreign))?;
    outcome.map_err(discard).ok()
}

/// The payload of a panic has a destructor, which may panic too.
fn discard(payload: Box<dyn std::any::Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(move || drop(payload))) {
        // A payload that panics again and again cannot be dropped.
        std::mem::forget(again);
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
    fn a_panic_ends_here_whatever_it_carries() {
        assert_eq!(catch(|| 5), Some(5));
        assert_eq!(catch(|| panic!("of the test")), None::<()>);
        assert_eq!(catch(|| std::panic::panic_any(PanicsOnDrop)), None::<()>);
        assert_eq!(catch(|| drop(PanicsOnDrop)), None);
    }

    #[test]
    fn a_future_that_panics_in_its_destructor_is_one_that_panics() {
        let held = PanicsOnDrop;
        let outcome = catch_future(async move {
            let _held = held;
            5
        });
        assert_eq!(outcome.now_or_never(), Some(None));
        assert_eq!(catch_future(async { 5 }).now_or_never(), Some(Some(5)));
    }
}
