//! Around a `BatchGetSecretValue` call: what goes in, which answer belongs to which id, and when to use single calls.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::Request;
use secrets_shape::id::Arn;

/// The maximum number of ids in one call:
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html>.
pub const CHUNK: usize = 20;

/// Whether many secrets are fetched with `BatchGetSecretValue`.
///
/// ```
/// use secrets_runtime::Secrets;
/// use secrets_runtime::source::{Aws, Batch};
///
/// # async fn example() {
/// let secrets = Secrets::new(Aws::from_env().await.batch(Batch::On));
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Batch {
    /// One `GetSecretValue` call per secret, several at once. This is the default: the quota is 10,000 calls per second
    /// against 100, and it is the permission that people usually grant.
    #[default]
    Off,
    /// One call per 20 secrets, which lowers the bill for many secrets. Needs `secretsmanager:BatchGetSecretValue` on
    /// `*` besides `GetSecretValue` on each secret. If it is denied or throttled, secrets are fetched one by one.
    On,
}

/// Whether a request can go into a batch, which has current versions only.
///
/// The service's documentation says "ARN or names": partial ARNs get single calls, and so do ARNs of another region. An
/// ARN that may be full gets the benefit of the doubt, because what a batch refuses of an ARN gets a single call too.
pub fn is_batchable(request: &Request, region: &str) -> bool {
    let fits = |arn: Arn<'_>| arn.may_be_full() && arn.region == region;
    request.is_current() && (!request.id().starts_with("arn:") || Arn::parse(request.id()).is_some_and(fits))
}

/// The secret that an answer is about.
pub struct Answerer<'a> {
    pub arn: &'a str,
    pub name: &'a str,
}

/// The answer that belongs to an id.
#[derive(Debug, PartialEq, Eq)]
pub enum Match {
    None,
    One(usize),
    Ambiguous,
}

/// Answers have no guaranteed order: an id is matched as an ARN, then as a name, then as an ARN without its suffix.
pub fn find(id: &str, answers: &[Answerer<'_>]) -> Match {
    let without_suffix =
        |arn: &str| arn.strip_prefix(id).is_some_and(|suffix| suffix.len() == 7 && suffix.starts_with('-'));
    only(answers, |answer| answer.arn == id)
        .or_else(|| only(answers, |answer| answer.name == id))
        .or_else(|| only(answers, |answer| without_suffix(answer.arn)))
        .unwrap_or(Match::None)
}

fn only(answers: &[Answerer<'_>], is_it: impl Fn(&Answerer<'_>) -> bool) -> Option<Match> {
    let mut found = answers.iter().enumerate().filter(|(_, answer)| is_it(answer)).map(|(at, _)| at);
    let first = found.next()?;
    Some(if found.next().is_some() { Match::Ambiguous } else { Match::One(first) })
}

/// Whether batch calls are worth trying.
#[derive(Debug)]
pub struct Switch(Mutex<State>);

#[derive(Debug, Clone, Copy)]
enum State {
    Off,
    On,
    /// Throttled recently.
    Until(Instant),
}

/// The pause after a throttled batch call.
const PAUSE: Duration = Duration::from_secs(300);

impl Switch {
    pub fn new(batch: Batch) -> Self {
        Self(Mutex::new(match batch {
            Batch::Off => State::Off,
            Batch::On => State::On,
        }))
    }

    pub fn is_on(&self, now: Instant) -> bool {
        match *self.state() {
            State::Off => false,
            State::On => true,
            State::Until(end) => now >= end,
        }
    }

    /// Off for good: permissions change so rarely while a process lives that a restart is acceptable.
    pub fn denied(&self) {
        *self.state() = State::Off;
    }

    pub fn throttled(&self, now: Instant) {
        let mut state = self.state();
        if !matches!(*state, State::Off) {
            *state = State::Until(now + PAUSE);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Selector;

    const PREFIX: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:";

    fn find_in(id: &str, answers: &[(&str, &str)]) -> Match {
        let answers: Vec<_> = answers.iter().map(|&(arn, name)| Answerer { arn, name }).collect();
        find(id, &answers)
    }

    #[test]
    fn an_answer_is_found_by_arn_then_name_then_arn_prefix() {
        let (a, b) = (format!("{PREFIX}a-AAAAAA"), format!("{PREFIX}a-AAAAAA-BBBBBB"));
        let answers = [(b.as_str(), "a-AAAAAA"), (a.as_str(), "a")];
        assert_eq!(find_in(&a, &answers), Match::One(1), "the exact ARN, although it is a prefix of the other");
        assert_eq!(find_in("a-AAAAAA", &answers), Match::One(0));
        assert_eq!(find_in(&format!("{PREFIX}a"), &answers), Match::One(1));
        assert_eq!(find_in("c", &answers), Match::None);
    }

    #[test]
    fn two_answers_for_one_id_are_not_guessed_between() {
        let (a, b) = (format!("{PREFIX}a-AAAAAA"), format!("{PREFIX}a-BBBBBB"));
        assert_eq!(find_in(&format!("{PREFIX}a"), &[(&a, "a"), (&b, "a")]), Match::Ambiguous);
        assert_eq!(find_in("a", &[(&a, "a"), (&b, "a")]), Match::Ambiguous);
    }

    #[test]
    fn only_current_versions_of_names_and_full_arns_here_go_into_a_batch() {
        let request = |id: &str, stage: &str| Request::new(id, Selector::Stage(stage.into()));
        let full = format!("{PREFIX}a-AAAAAA");
        assert!(is_batchable(&request("a", "AWSCURRENT"), "eu-central-1"));
        assert!(is_batchable(&request(&full, "AWSCURRENT"), "eu-central-1"));
        assert!(!is_batchable(&request(&full, "AWSCURRENT"), "us-east-1"));
        assert!(!is_batchable(&request(&format!("{PREFIX}a"), "AWSCURRENT"), "eu-central-1"));
        assert!(!is_batchable(&request("a", "AWSPREVIOUS"), "eu-central-1"));
    }

    #[test]
    fn a_throttled_batch_pauses_and_a_denied_one_ends() {
        let now = Instant::now();
        let switch = Switch::new(Batch::On);
        switch.throttled(now);
        assert!(!switch.is_on(now));
        assert!(switch.is_on(now + PAUSE));
        switch.denied();
        switch.throttled(now);
        assert!(!switch.is_on(now + PAUSE));
    }
}
