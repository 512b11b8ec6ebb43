//! One request on its way to the source and back.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::timeout;

use super::accept::Trigger;
use super::clock::Timestamp;
use super::run::InFlight;
use crate::error::ErrorKind;
use crate::panics::{catch, catch_future};
use crate::source::{AnySource, Fetched, Request, SourceError};

pub type Answer = Result<Fetched, SourceError>;

/// Requests one version of one secret.
pub trait Asker: Send + Sync {
    fn in_flight(&self) -> &InFlight;

    /// Ends the run with the source's answer. Called without a lock.
    fn answered(self: Arc<Self>, run: Run, answer: Answer);

    /// Ends the run without an outcome. Called without a lock.
    fn unanswered(self: Arc<Self>, number: u64);
}

/// The run that a request belongs to, and how the source was asked.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub number: u64,
    pub trigger: Trigger,
    /// When the source was asked.
    pub asked: Timestamp,
}

/// The guard of a run: the run ends, whatever happens to the task that holds this.
pub struct Ticket {
    asker: Weak<dyn Asker>,
    request: Request,
    number: u64,
    trigger: Trigger,
}

impl Ticket {
    pub fn new(asker: Weak<dyn Asker>, request: Request, number: u64, trigger: Trigger) -> Self {
        Self { asker, request, number, trigger }
    }

    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Returns `false` if the run is no longer in flight.
    pub fn spawned(&self, call: u64, now: Timestamp) -> bool {
        self.asker.upgrade().is_some_and(|asker| asker.in_flight().spawned(self.number, Some(call), now))
    }

    /// Returns `false` if the run is no longer in flight.
    pub fn begun(&self, now: Timestamp) -> bool {
        self.asker.upgrade().is_some_and(|asker| asker.in_flight().begun(self.number, now))
    }

    /// Delivers the answer. `asked` is when the source was asked.
    pub fn answer(self, asked: Timestamp, answer: Answer) {
        self.request.learn(&answer);
        if let Some(asker) = self.asker.upgrade() {
            let run = Run { number: self.number, trigger: self.trigger, asked };
            catch(|| asker.answered(run, answer));
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(asker) = self.asker.upgrade() {
            catch(|| asker.unanswered(self.number));
        }
    }
}

/// One source call: whatever the source does, there is one answer per request, within the limit.
pub async fn ask(source: &dyn AnySource, requests: &[Request], limit: Duration) -> Vec<Answer> {
    let answered = catch_future(timeout(limit, async { source.fetch_any(requests).await })).await;
    let all = |error: SourceError| requests.iter().map(|_| Err(error.clone())).collect();
    match answered {
        Some(Ok(mut answers)) if answers.len() <= requests.len() => {
            answers.resize_with(requests.len(), || Err(SourceError::unanswered()));
            answers
        }
        Some(Ok(_)) => all(SourceError::of_source("the source gave more answers than it was asked for")),
        None => all(SourceError::of_source("the source panicked")),
        Some(Err(_)) => {
            all(SourceError::new(ErrorKind::TimedOut, "the source gave no answer within the limit on a call"))
        }
    }
}
