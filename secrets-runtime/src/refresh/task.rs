//! The background task: one for all secrets of a `Secrets`.

use std::future::pending;
use std::pin::{Pin, pin};
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep_until};

use super::entry::Flight;
use super::hub::Hub;
use super::moment::Moment;

/// How often the clocks are compared: a process that was suspended is late by this at most.
const GLANCE: Duration = Duration::from_secs(30);

/// How often plans are read at most: thousands of looks that end one by one change them as often.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks at what is due until the last handle is gone. It keeps nothing alive; what is under way when it ends is dropped.
pub(super) async fn run(hub: Weak<Hub>, wake: Arc<Notify>, _watchman: Watchman) {
    let mut under_way = FuturesUnordered::new();
    loop {
        let now = Moment::now();
        let next = {
            let Some(hub) = hub.upgrade() else { return };
            let (flights, due) = hub.begin_due(now);
            under_way.extend(flights);
            due.map_or(now.monotonic + GLANCE, |due| due.monotonic.min(now.monotonic + GLANCE))
        };
        let mut sleep = pin!(sleep_until(next));
        while let Event::Changed = event(sleep.as_mut(), &wake, &mut under_way).await {
            if hub.strong_count() == 0 {
                return;
            }
            let soon = now.monotonic + PAUSE;
            if sleep.deadline() > soon {
                sleep.as_mut().reset(soon.max(Instant::now()));
            }
        }
    }
}

enum Event {
    /// It is time to look.
    Due,
    /// What is planned may have changed.
    Changed,
}

/// Drives what is under way until something happens.
async fn event(mut sleep: Pin<&mut Sleep>, wake: &Notify, under_way: &mut FuturesUnordered<Flight>) -> Event {
    let landed = async {
        match under_way.next().await {
            Some(_) => (),
            None => pending().await,
        }
    };
    let (woken, landed) = (pin!(wake.notified()), pin!(landed));
    match select(&mut sleep, select(woken, landed)).await {
        Either::Left(_) => Event::Due,
        Either::Right(_) => Event::Changed,
    }
}

/// Tells those who wait for new versions that none will come, when the task ends with its runtime.
pub(super) struct Watchman(pub(super) Weak<Hub>);

impl Drop for Watchman {
    fn drop(&mut self) {
        if let Some(hub) = self.0.upgrade() {
            tracing::warn!(
                target: "secrets_runtime",
                "the runtime of the background task is gone: secrets are not kept fresh any more"
            );
            hub.entries().iter().flat_map(|entry| entry.views()).for_each(|view| view.close(true));
        }
    }
}
