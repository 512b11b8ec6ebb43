//! The clients of a drill: they send requests without end, and count the outcomes.

use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::report::Outcome;
use super::scenario::Scenario;
use crate::sync::lock;

/// The pause of a client between two requests; it lets paused time advance.
const PACE: Duration = Duration::from_millis(5);

/// The clients and the counts of their outcomes.
pub struct Clients<E> {
    count: usize,
    patience: Duration,
    tally: Mutex<Tally<E>>,
    /// The part that waiters watch.
    state: watch::Sender<State>,
}

struct Tally<E> {
    steps: Vec<Outcome<E>>,
    /// Grows with each wait for answers.
    round: u64,
    /// Which clients finished a request that they started in this round.
    answered: Vec<bool>,
}

/// When a request started.
#[derive(Clone, Copy)]
struct Begun {
    step: usize,
    round: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    signal: Signal,
    /// The number of requests in flight.
    under_way: usize,
    /// How many clients finished a request that they started in this round.
    answered: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Signal {
    #[default]
    Go,
    Pause,
    Stop,
}

impl<E> Clients<E> {
    pub fn new(count: usize, patience: Duration) -> Self {
        let count = count.max(1);
        let tally = Tally { steps: vec![Outcome::of(None, "steady")], round: 0, answered: vec![false; count] };
        Self { count, patience, tally: Mutex::new(tally), state: watch::Sender::default() }
    }

    /// Sends requests one after the other until it is stopped.
    pub async fn run<R, T, Fut>(&self, client: usize, request: &R)
    where
        R: Fn() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        while self.may_go_on().await {
            let begun = self.begin();
            let answer = timeout(self.patience, request()).await;
            self.end(client, begun, answer.ok().map(|answer| answer.map(drop)));
            sleep(PACE).await;
        }
    }

    pub fn numbers(&self) -> std::ops::Range<usize> {
        0..self.count
    }

    /// Requests that start from now on count for this step.
    pub fn enter(&self, scenario: Scenario, step: &'static str) {
        lock(&self.tally).steps.push(Outcome::of(Some(scenario), step));
    }

    /// Waits until each client has the answer to a request that it starts from now on, for as long as requests may
    /// take.
    pub async fn are_answered(&self) {
        self.begin_round();
        self.wait(|state| state.answered == self.count).await;
    }

    /// Stops new requests from starting; returns once none is in flight.
    pub async fn pause(&self) {
        self.state.send_modify(|state| state.signal = Signal::Pause);
        self.wait(|state| state.under_way == 0).await;
    }

    pub fn go_on(&self) {
        self.state.send_modify(|state| state.signal = Signal::Go);
    }

    pub fn stop(&self) {
        self.state.send_modify(|state| state.signal = Signal::Stop);
    }

    pub fn into_steps(self) -> Vec<Outcome<E>> {
        self.tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).steps
    }

    fn begin_round(&self) {
        let mut tally = lock(&self.tally);
        tally.round += 1;
        tally.answered.fill(false);
        self.state.send_modify(|state| state.answered = 0);
    }

    async fn wait(&self, is_so: impl Fn(&State) -> bool) {
        let mut state = self.state.subscribe();
        // Two answers may be needed: one to a request already in flight, and one of this round.
        let _ = timeout(self.patience * 2, state.wait_for(is_so)).await;
    }

    async fn may_go_on(&self) -> bool {
        let mut state = self.state.subscribe();
        let decided = state.wait_for(|state| state.signal != Signal::Pause).await;
        decided.is_ok_and(|state| state.signal == Signal::Go)
    }

    fn begin(&self) -> Begun {
        self.state.send_modify(|state| state.under_way += 1);
        let tally = lock(&self.tally);
        Begun { step: tally.steps.len() - 1, round: tally.round }
    }

    fn end(&self, client: usize, begun: Begun, answer: Option<Result<(), E>>) {
        let mut tally = lock(&self.tally);
        let is_of_this_round = begun.round == tally.round;
        let is_first = is_of_this_round && !std::mem::replace(&mut tally.answered[client], true);
        let outcome = &mut tally.steps[begun.step];
        match answer {
            Some(Ok(())) => outcome.served += 1,
            Some(Err(error)) => {
                outcome.failed += 1;
                outcome.first_error.get_or_insert(error);
            }
            None => outcome.unanswered += 1,
        }
        drop(tally);
        self.state.send_modify(|state| {
            state.under_way -= 1;
            state.answered += usize::from(is_first);
        });
    }
}
