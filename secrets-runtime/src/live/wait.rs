//! Waiting for a poll, and demanding one.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::runtime::Handle;

use super::accept::Trigger;
use super::clock::Timestamp;
use super::polled::PolledSecret;
use super::queue::Turn;
use super::run::{GRACE, InFlight, Interrupted, Joined, Marked, RunResult, Runner, run, wait};

impl PolledSecret {
    /// The deadline of `refresh` and `fresh`: enough for the poll in flight and one more.
    pub fn patience(&self) -> Timestamp {
        Timestamp::now().after(self.limit().max(2 * GRACE).saturating_mul(2))
    }

    /// Joins the poll in flight, or starts one, and waits for its end.
    pub async fn poll(self: &Arc<Self>, trigger: Trigger, deadline: Timestamp) -> RunResult {
        self.outcome(run(&Poll { secret: self, trigger }, deadline).await)
    }

    /// As [`poll`](Self::poll); `None` if the program demanded one within the minimum interval.
    pub async fn demand(self: &Arc<Self>, trigger: Trigger, deadline: Timestamp) -> Option<RunResult> {
        if !self.in_flight.is_under_way() && self.recent().is_some() {
            return None;
        }
        let result = self.poll(trigger, deadline).await;
        // A poll that was sent before this call cannot confirm a rollback.
        let has_to_confirm = trigger == Trigger::Forced && self.is_unconfirmed();
        if result.is_ok() && has_to_confirm && self.recent() != Some(Trigger::Forced) {
            return Some(self.poll(trigger, deadline).await);
        }
        Some(result)
    }

    /// As [`poll`](Self::poll), for several secrets at once, in as few calls as the source allows.
    pub async fn poll_all(secrets: &[&Arc<Self>], deadline: Timestamp) -> Vec<RunResult> {
        let Some(first) = secrets.first() else { return Vec::new() };
        let (now, mut tickets) = (Timestamp::now(), Vec::new());
        let mut begin = |secret: &Arc<Self>| {
            let (joined, marked) = secret.in_flight.join(now, secret.limit());
            tickets.extend(marked.map(|marked| secret.ticket(marked, Trigger::Scheduled)));
            joined
        };
        let joined: Vec<Joined> = secrets.iter().map(|secret| begin(secret)).collect();
        first.poller.ask(tickets, Turn::Awaited, None);
        let wait = async |secret: &Arc<Self>, joined| {
            let poll = Poll { secret, trigger: Trigger::Scheduled };
            secret.outcome(wait(&poll, joined, deadline).await)
        };
        join_all(secrets.iter().zip(joined).map(|(secret, joined)| wait(secret, joined))).await
    }

    fn outcome(&self, waited: Result<RunResult, Interrupted>) -> RunResult {
        waited.unwrap_or_else(|interrupted| Err(interrupted.error(self.secret_id())))
    }
}

/// A poll, as its waiter sees it.
struct Poll<'a> {
    secret: &'a Arc<PolledSecret>,
    trigger: Trigger,
}

impl Runner for Poll<'_> {
    fn in_flight(&self) -> &InFlight {
        &self.secret.in_flight
    }

    fn limit(&self) -> Duration {
        self.secret.limit()
    }

    fn launch(&self, marked: Marked, on: Option<&Handle>) {
        let ticket = self.secret.ticket(marked, self.trigger);
        self.secret.poller.ask(vec![ticket], Turn::Awaited, on);
    }

    fn nudge(&self, on: &Handle) {
        self.secret.poller.pump(Some(on));
    }
}
