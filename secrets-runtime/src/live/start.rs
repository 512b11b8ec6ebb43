//! The first value of a live secret.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::Live;
use super::cell::{Cell, Declared, Refusal, decode};
use super::snapshot::Published;
use crate::error::Error;
use crate::refresh::{Entry, How, Hub, Looked, Moment, Start, Version, backoff};
use crate::secret::{AWSPREVIOUS, Secret};
use crate::source::{Fetched, Request};

/// How long passing failures are put up with at the start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest pause between two attempts meanwhile.
const PAUSE: Duration = Duration::from_secs(5);

/// A secret that was looked at for the first time.
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "hidden, and nobody's to print")]
pub struct Started {
    entry: Arc<Entry>,
    /// When it was asked for.
    asked: Moment,
    looked: Looked,
}

/// Looks at several secrets together. What fails for a passing reason is tried again for a while, as long as nothing else
/// fails for a lasting one.
pub(crate) async fn first_looks(hub: &Arc<Hub>, asked: Vec<Result<Request, Error>>) -> Vec<Result<Started, Error>> {
    if let Err(error) = hub.ensure_task() {
        return asked.into_iter().map(|request| request.and(Err(error.clone()))).collect();
    }
    let deadline = Instant::now() + PATIENCE;
    let mut round = 0;
    let mut started: Vec<Result<Started, Error>> = Vec::new();
    for request in asked {
        let unseen =
            |request| Started { entry: hub.entry(&request), asked: Moment::now(), looked: Err(Error::ended()) };
        started.push(request.map(unseen));
    }
    loop {
        let waiting: Vec<&mut Started> =
            started.iter_mut().flatten().filter(|started| started.looked.is_err()).collect();
        let entries: Vec<Arc<Entry>> = waiting.iter().map(|started| Arc::clone(&started.entry)).collect();
        let now = Moment::now();
        let looks = join_all(hub.look(&entries, How::Routine)).await;
        for (started, looked) in waiting.into_iter().zip(looks) {
            (started.asked, started.looked) = (now, looked);
        }
        round += 1;
        let failures = || {
            started.iter().filter_map(|started| match started {
                Ok(started) => started.looked.as_ref().err(),
                Err(error) => Some(error),
            })
        };
        let pause = backoff(round, PAUSE, fastrand::f64());
        let is_over = Instant::now() + pause > deadline || failures().any(|error| !error.is_transient());
        if is_over || failures().next().is_none() {
            return started;
        }
        sleep(pause).await;
    }
}

/// The live secret, if its current version is good; or else the one before it, if that is.
pub(crate) async fn begin<T: Secret + Send + Sync + 'static>(
    started: Result<Started, Error>,
) -> Result<Live<T>, Error> {
    let Started { entry, asked, looked } = started?;
    let shown = entry.request.shown();
    let unreadable = match &looked {
        Ok(fetched) => match decode::<T>(fetched, shown) {
            Ok(value) => return Ok(live(&entry, (value, fetched), asked, None)),
            Err(error) => Refusal { version: Version::of(fetched, Moment::now()), error },
        },
        Err(error) => Refusal { version: Version::unknown(None, asked), error: error.clone() },
    };
    let error = unreadable.error.clone();
    let may_fall_back =
        error.is_about_value() && entry.request.is_current() && entry.hub.settings.start == Start::OnPrevious;
    if !may_fall_back {
        return Err(error);
    }
    // Whatever is wrong with the version before: the current one is what has to be mended.
    let Ok(Some(previous)) = entry.staged(AWSPREVIOUS).await else { return Err(error) };
    let Ok(value) = decode::<T>(&previous, shown) else { return Err(error) };
    tracing::error!(
        target: "secrets_runtime",
        secret = shown,
        version = unreadable.version.id.as_deref(),
        %error,
        "the current version is refused: starting on the one before"
    );
    Ok(live(&entry, (value, &previous), asked, Some(unreadable)))
}

/// A live secret whose first value is read; the entry shows it every version from now on.
pub(super) fn live<T: Secret + Send + Sync + 'static>(
    entry: &Arc<Entry>,
    (value, fetched): (T, &Fetched),
    asked: Moment,
    refused: Option<Refusal>,
) -> Live<T> {
    let first = Published { value, version: Version::of(fetched, Moment::now()), number: 1 };
    let feed = Arc::new(Declared { entry: Arc::clone(entry), max_stale: entry.hub.max_stale(&T::SPEC) });
    let needs_care = refused.is_some();
    let cell = Arc::new(Cell::new(first, asked, refused, feed));
    let as_view: Weak<Cell<T>> = Arc::downgrade(&cell);
    entry.watch(as_view, entry.hub.interval(&T::SPEC));
    if needs_care {
        entry.look_again_soon();
    }
    entry.hub.wake();
    Live(cell)
}
