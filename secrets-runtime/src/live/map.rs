//! Values derived from those of a live secret: proven first, then published.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::timeout;

use super::cell::{Cell, Child, Feed};
use super::snapshot::{Published, Snapshot};
use crate::client::BoxFuture;
use crate::error::Error;
use crate::refresh::{Entry, Standing};

/// How long deriving a value may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A cell that follows `parent`: `map` makes its values, each with the one before at hand.
pub(super) async fn derive<T, U, E, F, Fut>(parent: &Arc<Cell<T>>, map: F) -> Result<Arc<Cell<U>>, E>
where
    T: Send + Sync + 'static,
    U: Send + Sync + 'static,
    F: Fn(Snapshot<T>, Option<Snapshot<U>>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<U, E>> + Send,
{
    let confirmed = parent.confirmed();
    let source = parent.snapshot();
    let value = map(source.clone(), None).await?;
    let first = Published { value, version: source.0.version.clone(), number: source.0.number };
    let cell = Arc::new_cyclic(|child: &Weak<Cell<U>>| {
        let mapping = Arc::new(Mapping {
            parent: Arc::clone(parent),
            child: Weak::clone(child),
            map: move |snapshot, before| {
                let value = map(snapshot, before);
                async move { value.await.map_err(drop) }
            },
            running: tokio::sync::Mutex::new(()),
        });
        let as_child = Arc::downgrade(&mapping);
        parent.add_child(as_child);
        Cell::new(first, confirmed, None, mapping)
    });
    // A version that was published meanwhile.
    cell.feed.follow().await;
    Ok(cell)
}

/// What makes the values of one cell from those of another.
struct Mapping<T, U, F> {
    parent: Arc<Cell<T>>,
    child: Weak<Cell<U>>,
    map: F,
    running: tokio::sync::Mutex<()>,
}

/// Why a value was not derived.
enum Failure {
    Refused,
    Panicked,
    TimedOut,
}

impl<T, U, F, Fut> Mapping<T, U, F>
where
    F: Fn(Snapshot<T>, Option<Snapshot<U>>) -> Fut,
    Fut: Future<Output = Result<U, ()>> + Send,
{
    async fn run(&self, snapshot: Snapshot<T>, before: Option<Snapshot<U>>) -> Result<U, Failure> {
        let map = AssertUnwindSafe(async { (self.map)(snapshot, before).await }).catch_unwind();
        match timeout(LIMIT, map).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(()))) => Err(Failure::Refused),
            Ok(Err(_)) => Err(Failure::Panicked),
            Err(_) => Err(Failure::TimedOut),
        }
    }
}

impl<T, U, F, Fut> Child for Mapping<T, U, F>
where
    T: Send + Sync,
    U: Send + Sync,
    F: Fn(Snapshot<T>, Option<Snapshot<U>>) -> Fut + Send + Sync,
    Fut: Future<Output = Result<U, ()>> + Send,
{
    fn settle(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let Some(child) = self.child.upgrade() else { return };
            let _running = self.running.lock().await;
            let (confirmed, source) = (self.parent.confirmed(), self.parent.snapshot());
            if child.slot.borrow().number == source.0.number {
                child.confirm(confirmed);
            } else {
                match self.run(source.clone(), Some(child.snapshot())).await {
                    Ok(value) => {
                        let Published { version, number, .. } = &*source.0;
                        child.publish(Published { value, version: version.clone(), number: *number }, confirmed);
                    }
                    Err(failure) => {
                        let reason = match failure {
                            Failure::Refused => "the program's `try_map` failed for it",
                            Failure::Panicked => "the program's `try_map` panicked over it",
                            Failure::TimedOut => "the program's `try_map` took longer than 30 s over it",
                        };
                        child.refuse(source.0.version.clone(), Error::refused(child.shown(), reason));
                    }
                }
            }
            child.settle_children().await;
        })
    }

    fn standing(&self) -> Option<Standing> {
        self.child.upgrade().map(|child| child.standing())
    }

    fn close(&self, is_closed: bool) {
        if let Some(child) = self.child.upgrade() {
            child.close(is_closed);
        }
    }
}

impl<T, U, F, Fut> Feed<U> for Mapping<T, U, F>
where
    T: Send + Sync,
    U: Send + Sync,
    F: Fn(Snapshot<T>, Option<Snapshot<U>>) -> Fut + Send + Sync,
    Fut: Future<Output = Result<U, ()>> + Send,
{
    fn entry(&self) -> Option<&Arc<Entry>> {
        self.parent.feed.entry()
    }

    fn max_stale(&self) -> Option<Duration> {
        self.parent.feed.max_stale()
    }

    fn staged(&self, stage: &'static str) -> BoxFuture<'_, Result<Option<Arc<Published<U>>>, Error>> {
        Box::pin(async move {
            let Some(source) = self.parent.feed.staged(stage).await? else { return Ok(None) };
            let version = source.version.clone();
            match self.run(Snapshot(source), None).await {
                Ok(value) => Ok(Some(Arc::new(Published { value, version, number: 0 }))),
                Err(_) => Ok(None),
            }
        })
    }

    fn follow(&self) -> BoxFuture<'_, ()> {
        self.settle()
    }
}
