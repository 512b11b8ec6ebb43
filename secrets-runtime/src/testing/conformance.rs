//! The conformance suite: checks whether a source keeps what [`Source`] promises. This crate's own sources pass it.

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::error::ErrorKind;
use crate::source::{Fetched, Request, Selector, Source, SourceError};

type Answer = Result<Fetched, SourceError>;

/// A source under test, with methods that change the secrets it reads.
///
/// ```
/// use secrets_runtime::source::Memory;
/// use secrets_runtime::testing::{SourceHarness, conformance};
///
/// struct InMemory(Memory);
///
/// impl SourceHarness for InMemory {
///     type Source = Memory;
///
///     fn source(&self) -> &Memory {
///         &self.0
///     }
///
///     async fn put(&self, id: &str, text: &str) {
///         self.0.set(id, text);
///     }
///
///     async fn delete(&self, id: &str) {
///         self.0.delete(id);
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// conformance(&InMemory(Memory::new())).await.unwrap();
/// # });
/// ```
pub trait SourceHarness: Sync {
    /// The type of the source under test.
    type Source: Source;

    /// The source, which reads what the other methods write.
    ///
    /// ```
    /// # use secrets_runtime::testing::SourceHarness;
    /// async fn has_a_batch(harness: &impl SourceHarness) -> bool {
    ///     use secrets_runtime::source::Source;
    ///     harness.source().batch_size() > 1
    /// }
    /// ```
    fn source(&self) -> &Self::Source;

    /// Creates the secret with this id, or gives it a new current version. Returns once the source can see it.
    ///
    /// ```
    /// # use secrets_runtime::testing::SourceHarness;
    /// async fn fill(harness: &impl SourceHarness) {
    ///     harness.put("conformance/first", "plain text").await;
    /// }
    /// ```
    fn put(&self, id: &str, text: &str) -> impl Future<Output = ()> + Send;

    /// Deletes the secret. Returns once the source cannot see it any more.
    ///
    /// ```
    /// # use secrets_runtime::testing::SourceHarness;
    /// async fn clear(harness: &impl SourceHarness) {
    ///     harness.delete("conformance/first").await; // it may be gone already
    /// }
    /// ```
    fn delete(&self, id: &str) -> impl Future<Output = ()> + Send;
}

/// The promises that a source breaks, one line each.
///
/// ```
/// # fn example(broken: secrets_runtime::testing::BrokenPromises) {
/// assert!(broken.to_string().starts_with("the source breaks "));
/// # }
/// ```
#[derive(Clone)]
pub struct BrokenPromises(Vec<&'static str>);

impl fmt::Display for BrokenPromises {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the source breaks {} of its promises", self.0.len())?;
        self.0.iter().try_for_each(|promise| write!(f, "\n  {promise}"))
    }
}

/// As `Display`, so that a test's `unwrap` shows it.
impl fmt::Debug for BrokenPromises {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for BrokenPromises {}

/// Part of every text, so that a leak is found.
const CANARY: &str = "Xq7canaryXq7";

/// The ids that the suite requests; all begin with `conformance/`.
const FIRST: &str = "conformance/first";
const SECOND: &str = "conformance/second";
/// A different secret, although its id begins with the first one's.
const MISSING: &str = "conformance/first/missing";

/// The time limit for a call.
const LIMIT: Duration = Duration::from_secs(30);
const ENDS: &str = "every call ends, also when others were given up before it: within 30 s";

/// Checks a source against everything that [`Source`] promises. Needs a tokio runtime with timers. It writes three
/// secrets of up to 64 KiB, the limit of AWS, whose ids begin with `conformance/`.
///
/// ```
/// use secrets_runtime::testing::{SourceHarness, conformance};
///
/// async fn my_source_conforms(harness: impl SourceHarness) {
///     conformance(&harness).await.unwrap();
/// }
/// ```
///
/// # Errors
/// Every broken promise.
///
/// # Panics
/// If the source or the harness panics.
pub async fn conformance<H: SourceHarness>(harness: &H) -> Result<(), BrokenPromises> {
    let mut suite = Suite { harness, broken: Vec::new(), is_endless: AtomicBool::new(false) };
    suite.texts().await;
    suite.answers().await;
    suite.versions().await;
    suite.failures().await;
    suite.calls().await;
    let is_endless = suite.is_endless.load(Relaxed);
    suite.promise(!is_endless, ENDS);
    if suite.broken.is_empty() { Ok(()) } else { Err(BrokenPromises(suite.broken)) }
}

struct Suite<'h, H> {
    harness: &'h H,
    broken: Vec<&'static str>,
    /// Whether some call did not end.
    is_endless: AtomicBool,
}

impl<H: SourceHarness> Suite<'_, H> {
    fn promise(&mut self, is_kept: bool, promise: &'static str) {
        if !is_kept && !self.broken.contains(&promise) {
            self.broken.push(promise);
        }
    }

    async fn fetch(&self, ids: &[&str]) -> Vec<Answer> {
        let requests: Vec<Request> = ids.iter().map(|id| current(id)).collect();
        self.ask(&requests).await
    }

    async fn one(&self, request: Request) -> Answer {
        self.ask(&[request]).await.pop().unwrap_or_else(|| Err(SourceError::unanswered()))
    }

    /// One call. A call that does not end has no answers.
    async fn ask(&self, requests: &[Request]) -> Vec<Answer> {
        let call = timeout(LIMIT, self.harness.source().fetch(requests)).await;
        call.unwrap_or_else(|_| {
            self.is_endless.store(true, Relaxed);
            Vec::new()
        })
    }

    async fn texts(&mut self) {
        let long = format!("{CANARY}{}", "x".repeat(65_536 - CANARY.len()));
        for text in [
            " \r\nXq7canaryXq7\t\r\n",
            r#"{"key": "Xq7canaryXq7\u00e9\n é 🔑"}"#,
            "Xq7canaryXq7 plain text \"quoted\" \\\n",
            &long,
        ] {
            self.harness.put(FIRST, text).await;
            let answer = self.one(current(FIRST)).await;
            self.promise(
                is_text(&answer, text),
                "the text of a secret comes back as it was stored, to the last character",
            );
            let shown = format!("{answer:?}");
            self.promise(!shown.contains(CANARY), "nothing that is shown of an answer contains a secret's text");
        }
    }

    async fn answers(&mut self) {
        let (first, second) = (format!("{CANARY} first"), format!("{CANARY} second"));
        self.harness.put(FIRST, &first).await;
        self.harness.put(SECOND, &second).await;
        self.harness.delete(MISSING).await;
        let source = self.harness.source();
        self.promise(source.batch_size() > 0, "`batch_size` is at least one");
        self.promise(self.fetch(&[]).await.is_empty(), "where nothing is asked for, nothing is answered");
        let answers = self.fetch(&[SECOND, MISSING, FIRST, SECOND]).await;
        self.promise(answers.len() == 4, "there is one answer for each request, also where one is asked for twice");
        if let [a, b, c, d] = answers.as_slice() {
            let in_order = is_text(a, &second) && b.is_err() && is_text(c, &first) && is_text(d, &second);
            self.promise(in_order, "answers come in the order of the requests, and one that fails spoils no other");
        }
        let many = [FIRST, SECOND].repeat(25);
        let answers = self.fetch(&many).await;
        let texts = [&first, &second].into_iter().cycle();
        let all = answers.len() == many.len() && answers.iter().zip(texts).all(|(answer, text)| is_text(answer, text));
        self.promise(all, "more than `batch_size` requests in one call are answered too");
    }

    async fn versions(&mut self) {
        let (old, new) = (format!("{CANARY} old"), format!("{CANARY} new"));
        self.harness.put(FIRST, &old).await;
        let (before, again) = (self.one(current(FIRST)).await, self.one(current(FIRST)).await);
        self.harness.put(FIRST, &new).await;
        let after = self.one(current(FIRST)).await;
        self.promise(is_text(&after, &new), "a new version is fetched once it is there");
        let (Ok(before), Ok(again), Ok(after)) = (before, again, after) else { return };
        self.promise(before.version_id() == again.version_id(), "a version keeps its id");
        let differ = before.version_id().is_none() || before.version_id() != after.version_id();
        self.promise(differ, "another version has another id");
        let labels = after.stages();
        let has_current = labels.is_empty() || labels.iter().any(|label| label == "AWSCURRENT");
        self.promise(has_current, "where the labels of a version are told, AWSCURRENT is one of the current one's");
        let dates = before.created().zip(after.created());
        self.promise(dates.is_none_or(|(before, after)| before <= after), "a later version was not created earlier");
        if let Some(id) = after.version_id() {
            let picked = self.one(Request::new(FIRST, Selector::Version(id.into()))).await;
            let is_it = picked.as_ref().map_or_else(is_missing, |picked| picked.expose_text() == new);
            self.promise(is_it, "a version is found by its id, or not at all");
        }
        let previous = self.one(Request::new(FIRST, Selector::Stage("AWSPREVIOUS".into()))).await;
        let is_it = previous.as_ref().map_or_else(is_missing, |previous| previous.expose_text() == old);
        self.promise(is_it, "AWSPREVIOUS is the version before, or is not found");
    }

    async fn failures(&mut self) {
        const NOT_FOUND: &str = "what does not exist is `NotFound`, or `MarkedForDeletion`, and not transient";
        for request in [
            current(MISSING),
            Request::new(&FIRST[..FIRST.len() - 1], Selector::Stage("AWSCURRENT".into())),
            Request::new(FIRST, Selector::Stage("CONFORMANCE".into())),
            Request::new(FIRST, Selector::Stage("AWSPENDING".into())),
            Request::new(FIRST, Selector::Version("00000000-0000-0000-0000-000000000000".into())),
        ] {
            let is_secret = request.is_current();
            let answer = self.one(request).await;
            // A caller without the right to know whether the secret exists gets a denial.
            let is_refused = |error: &SourceError| is_secret && error.kind() == ErrorKind::AccessDenied;
            self.promise(answer.is_err_and(|error| is_missing(&error) || is_refused(&error)), NOT_FOUND);
        }
        self.harness.put(MISSING, CANARY).await;
        self.promise(
            self.one(current(MISSING)).await.is_ok(),
            "a secret that is created after it was asked for is found",
        );
        self.harness.delete(MISSING).await;
        let deleted = self.one(current(MISSING)).await;
        self.promise(deleted.as_ref().is_err_and(is_missing), NOT_FOUND);
        self.promise(
            !format!("{deleted:?}").contains(CANARY),
            "nothing that is shown of an answer contains a secret's text",
        );
    }

    async fn calls(&mut self) {
        let text = format!("{CANARY} calls");
        self.harness.put(FIRST, &text).await;
        let other = format!("{CANARY} other calls");
        self.harness.put(SECOND, &other).await;
        let request = [current(FIRST)];
        for _ in 0..256 {
            let mut call = pin!(self.harness.source().fetch(&request));
            // Polled once and dropped, like a call that is given up.
            poll_fn(|context| {
                let _ = call.as_mut().poll(context);
                Poll::Ready(())
            })
            .await;
        }
        let calls = (0..8).map(|nth| self.one(current(if nth % 2 == 0 { FIRST } else { SECOND })));
        let texts = [&text, &other].into_iter().cycle();
        let all = join_all(calls).await.iter().zip(texts).all(|(answer, text)| is_text(answer, text));
        self.promise(all, "calls at the same time do not disturb each other, nor do those that were given up");
    }
}

fn current(id: &str) -> Request {
    Request::new(id, Selector::Stage("AWSCURRENT".into()))
}

fn is_text(answer: &Answer, text: &str) -> bool {
    answer.as_ref().is_ok_and(|fetched| fetched.expose_text() == text)
}

fn is_missing(error: &SourceError) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::MarkedForDeletion) && !error.is_transient()
}
