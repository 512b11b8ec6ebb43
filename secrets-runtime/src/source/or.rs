//! Two sources: the second answers if the first cannot be reached.

use super::{Fetched, Request, Source, SourceError};

/// A source with a fallback, made by [`Source::or`].
///
/// ```
/// use secrets_runtime::source::{File, Memory, Or, Source};
///
/// let source: Or<Memory, File> = Memory::new().or(File::new("secrets.json"));
/// ```
#[derive(Debug)]
pub struct Or<A, B> {
    first: A,
    fallback: B,
}

impl<A, B> Or<A, B> {
    pub(super) fn new(first: A, fallback: B) -> Self {
        Self { first, fallback }
    }
}

impl<A: Source, B: Source> Source for Or<A, B> {
    fn batch_size(&self) -> usize {
        self.first.batch_size()
    }

    async fn fetch(&self, requests: &[Request]) -> Vec<Result<Fetched, SourceError>> {
        let mut answers = self.first.fetch(requests).await;
        let unanswered: Vec<usize> = answers
            .iter()
            .enumerate()
            .filter(|(_, answer)| answer.as_ref().is_err_and(SourceError::is_transient))
            .map(|(at, _)| at)
            .collect();
        let again: Vec<Request> = unanswered.iter().filter_map(|&at| requests.get(at).cloned()).collect();
        if again.is_empty() {
            return answers;
        }
        tracing::warn!(target: "secrets_runtime", secrets = again.len(), "asking the fallback source");
        for (at, answer) in unanswered.into_iter().zip(self.fallback.fetch(&again).await) {
            match (answer, &mut answers[at]) {
                (Ok(found), answer) => {
                    if let Err(first) = answer {
                        *answer = Ok(found.fallback(first.clone()));
                    }
                }
                // The failure of the first source says more; the fallback's failure is added to it.
                (Err(second), Err(first)) => {
                    *first =
                        first.clone().origin(&format!("the fallback failed too: it {}", second.kind.predicate("")));
                }
                (Err(_), Ok(_)) => {}
            }
        }
        answers
    }
}
