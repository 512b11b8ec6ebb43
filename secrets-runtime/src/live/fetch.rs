//! Source calls that publish nothing: those of `load`, and those for other stages of a live secret.

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::runtime::Handle;
use tracing::Instrument;

use super::accept::Trigger;
use super::clock::{self, Timestamp};
use super::poller::Poller;
use super::queue::Turn;
use super::run::{InFlight, Interrupted, Joined, Marked, Runner, wait};
use super::telemetry;
use super::ticket::{Answer, Asker, Run, Ticket};
use crate::error::{Error, ErrorKind};
use crate::source::{Fetched, Request, Selector, SourceError};
use crate::sync::lock;

/// One request and its answer. Dropping it early cancels its call, unless the call has other requests.
struct Fetch {
    poller: Arc<Poller>,
    request: Request,
    in_flight: InFlight,
    answer: Mutex<Option<Answer>>,
}

/// Fetches each request once; one answer per request, in order.
pub async fn fetch(poller: &Arc<Poller>, requests: Vec<Request>) -> Vec<Answer> {
    let span = telemetry::load(requests.iter().map(Request::secret));
    ask(poller, requests).instrument(span).await
}

async fn ask(poller: &Arc<Poller>, requests: Vec<Request>) -> Vec<Answer> {
    if let Err(reason) = clock::probe() {
        return requests.iter().map(|_| Err(Interrupted::CannotWait(reason).source_error())).collect();
    }
    let begin = |request| {
        let (in_flight, answer) = (InFlight::default(), Mutex::default());
        Arc::new(Fetch { poller: Arc::clone(poller), request, in_flight, answer })
    };
    let fetches: Vec<Arc<Fetch>> = requests.into_iter().map(begin).collect();
    let (now, limit) = (Timestamp::now(), poller.settings.call_timeout);
    let (mut joined, mut tickets) = (Vec::with_capacity(fetches.len()), Vec::with_capacity(fetches.len()));
    for fetch in &fetches {
        let (end, marked) = fetch.in_flight.join(now, limit);
        joined.push(end);
        tickets.extend(marked.map(|marked| fetch.ticket(marked)));
    }
    // All at once, in as few calls as the source allows.
    poller.ask(tickets, Turn::Awaited, None);
    join_all(fetches.iter().zip(joined).map(|(fetch, joined)| fetch.end(joined))).await
}

/// Fetches another stage of a secret; `None` if there is no such version.
pub async fn staged(poller: &Arc<Poller>, request: &Request, stage: &str) -> Result<Option<Fetched>, Error> {
    let request = request.with(Selector::Stage(stage.into()));
    let answer = fetch(poller, vec![request.clone()]).await.pop();
    match answer.unwrap_or_else(|| Err(SourceError::unanswered())) {
        Ok(fetched) => Ok(Some(fetched)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::source(request.secret(), error)),
    }
}

impl Fetch {
    async fn end(self: &Arc<Self>, joined: Joined) -> Answer {
        // Waiting in the queue has no limit: the limit on a call starts when the source is called.
        let no_deadline = Timestamp::now().after(Duration::MAX);
        match wait(&Waiter(self), joined, no_deadline).await {
            Ok(_) => lock(&self.answer).take().unwrap_or_else(|| Err(SourceError::unanswered())),
            Err(interrupted) => Err(interrupted.source_error()),
        }
    }

    fn ticket(self: &Arc<Self>, marked: Marked) -> Ticket {
        marked.superseded.into_iter().for_each(|superseded| self.poller.leave(superseded.call));
        let asker: Weak<Self> = Arc::downgrade(self);
        Ticket::new(asker, self.request.clone(), marked.number, Trigger::Scheduled)
    }
}

impl Asker for Fetch {
    fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    fn answered(self: Arc<Self>, run: Run, answer: Answer) {
        let ended = self.in_flight.end(run.number, |_| lock(&self.answer).replace(answer));
        if let Some((_, ended)) = ended {
            ended.tell(Ok(()));
        }
    }

    fn unanswered(self: Arc<Self>, number: u64) {
        if let Some(((), ended)) = self.in_flight.end(number, |_| ()) {
            self.poller.leave(ended.call);
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        let call = self.in_flight.call();
        self.poller.leave(call);
    }
}

/// A fetch, as its waiter sees it.
struct Waiter<'a>(&'a Arc<Fetch>);

impl Runner for Waiter<'_> {
    fn in_flight(&self) -> &InFlight {
        &self.0.in_flight
    }

    fn limit(&self) -> Duration {
        self.0.poller.settings.call_timeout
    }

    fn launch(&self, marked: Marked, on: Option<&Handle>) {
        self.0.poller.ask(vec![self.0.ticket(marked)], Turn::Awaited, on);
    }

    fn nudge(&self, on: &Handle) {
        self.0.poller.pump(Some(on));
    }
}
