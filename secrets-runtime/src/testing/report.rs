//! The outcomes of a drill's requests.

use std::fmt;

use super::scenario::Scenario;

/// How a program got through a drill, step by step. `Display` prints a table for people.
///
/// ```
/// # use secrets_runtime::source::Memory;
/// # use secrets_runtime::testing::{Drill, Scenario};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # async fn request() -> Result<(), String> { Err("too late".to_owned()) }
/// # let source = Memory::new().with("signing", "key-0");
/// # let drill = Drill::new(&source, "signing", |nth| format!("key-{nth}"))
/// #     .only([Scenario::Rotation]).patience(Duration::from_secs(1)).clients(1);
/// let report = drill.run(request).await;
/// println!("{report}"); // how many were served, step by step, and what helps
/// assert_eq!(report.steps.last().map(|step| step.step), Some("finish"));
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "it says whether a request failed"]
pub struct Report<E> {
    /// The steps, in the order in which they ran.
    pub steps: Vec<Outcome<E>>,
}

/// The outcomes of the requests that started in one step.
///
/// ```
/// use secrets_runtime::testing::Outcome;
///
/// fn show<E>(step: &Outcome<E>) {
///     println!("{}: {} served, {} failed", step.step, step.served, step.failed);
/// }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Outcome<E> {
    /// The scenario of the step; `None` before the first one.
    pub scenario: Option<Scenario>,
    /// The name of the step: `create`, `set`, `finish`, ..
    pub step: &'static str,
    /// How many requests were served.
    pub served: u64,
    /// How many requests failed.
    pub failed: u64,
    /// How many requests had no answer in time.
    pub unanswered: u64,
    /// The error of the first failed request. It may quote a secret, so the report's `Display` and `Debug` do not show
    /// it.
    pub first_error: Option<E>,
}

impl<E> Report<E> {
    /// Whether every request was served, in every step.
    ///
    /// ```
    /// use secrets_runtime::testing::Report;
    ///
    /// fn judge<E>(report: &Report<E>) {
    ///     assert!(report.is_passed(), "{report}");
    /// }
    /// ```
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The steps in which a request failed or had no answer.
    ///
    /// ```
    /// use secrets_runtime::testing::Report;
    ///
    /// fn show<E>(report: &Report<E>) {
    ///     for step in report.failures() {
    ///         println!("{}: {} failed", step.step, step.failed);
    ///     }
    /// }
    /// ```
    pub fn failures(&self) -> impl Iterator<Item = &Outcome<E>> {
        self.steps.iter().filter(|step| !step.is_passed())
    }

    /// How many requests were sent.
    ///
    /// ```
    /// use secrets_runtime::testing::Report;
    ///
    /// fn judge<E>(report: &Report<E>) {
    ///     assert!(report.requests() > 1_000, "too few to mean anything");
    /// }
    /// ```
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.steps.iter().map(|step| step.served + step.failed + step.unanswered).sum()
    }
}

impl<E> Outcome<E> {
    pub(super) fn of(scenario: Option<Scenario>, step: &'static str) -> Self {
        Self { scenario, step, served: 0, failed: 0, unanswered: 0, first_error: None }
    }

    /// Whether every request was served.
    ///
    /// ```
    /// use secrets_runtime::testing::Outcome;
    ///
    /// fn is_worth_a_look<E>(step: &Outcome<E>) -> bool {
    ///     !step.is_passed()
    /// }
    /// ```
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.failed == 0 && self.unanswered == 0
    }
}

/// Does not show the error.
impl<E> fmt::Debug for Outcome<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenario, step, served, failed, unanswered, first_error: _ } = self;
        f.debug_struct("Outcome")
            .field("scenario", scenario)
            .field("step", step)
            .field("served", served)
            .field("failed", failed)
            .field("unanswered", unanswered)
            .finish_non_exhaustive()
    }
}

impl<E> fmt::Display for Report<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lost: u64 = self.failures().map(|step| step.failed + step.unanswered).sum();
        write!(f, "{} requests, {lost} not served", self.requests())?;
        for step in &self.steps {
            let scenario = step.scenario.map_or_else(|| "before".to_owned(), |scenario| scenario.to_string());
            write!(f, "\n  {scenario:<15} {:<12} {:>6} served", step.step, step.served)?;
            if step.failed > 0 {
                write!(f, ", {} FAILED", step.failed)?;
            }
            if step.unanswered > 0 {
                write!(f, ", {} WITHOUT AN ANSWER", step.unanswered)?;
            }
        }
        let mut told = None;
        for scenario in self.failures().filter_map(|step| step.scenario) {
            if told != Some(scenario) {
                write!(f, "\nhelp for {scenario}: {}", scenario.remedy())?;
            }
            told = Some(scenario);
        }
        Ok(())
    }
}
