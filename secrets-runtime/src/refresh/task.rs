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

#[cfg(test)]
mod tests {
    use super::super::moment::tests::jump;
    use super::*;
    use crate::schema::Shape;
    use crate::secret::{NamedSecret, Secret, SecretSpec, SecretValue};
    use crate::value::{Json, Report, Reported};
    use crate::{HealthState, Memory, Secrets};

    struct Text(String);

    impl SecretValue for Text {
        const SHAPE: Shape = Shape::Any;

        fn decode(json: Json<'_>, _: &mut Report) -> Result<Self, Reported> {
            Ok(Self(json.text().to_owned()))
        }
    }

    impl Secret for Text {
        const SPEC: SecretSpec = SecretSpec::new("Text").stale_after(Duration::from_hours(1));
    }

    impl NamedSecret for Text {
        const ID: &'static str = "text";
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_jumps_is_noticed_within_half_a_minute_and_does_no_harm() {
        let source = Memory::new().with("text", "{}");
        let secrets = Secrets::new(source.clone());
        let live = secrets.live::<Text>().await.expect("live");
        // The task has made its plans.
        tokio::time::sleep(Duration::from_secs(1)).await;
        for (hours, text) in [(24, r#"{"a":1}"#), (-48, r#"{"a":2}"#), (24, r#"{"a":3}"#)] {
            source.set("text", text);
            let calls = source.calls();
            jump(hours * 3600);
            assert_eq!(live.status().age > Duration::from_hours(23), hours > 0);
            assert_eq!(secrets.health().state, if hours > 0 { HealthState::Degraded } else { HealthState::Ok });
            // Set back, the clock that goes on decides.
            let soon = if hours > 0 { GLANCE + Duration::from_secs(1) } else { Duration::from_mins(6) };
            tokio::time::sleep(soon).await;
            assert_eq!(live.read(|text| text.0.clone()), text, "after a jump of {hours} hours");
            assert_eq!(secrets.health().state, HealthState::Ok, "{}", secrets.health());
            assert!(source.calls() - calls <= 2, "{} calls", source.calls() - calls);
        }
    }
}
