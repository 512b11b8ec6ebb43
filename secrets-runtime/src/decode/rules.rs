//! Applies the rules of a field to its value.

use std::sync::OnceLock;

use regex_lite::Regex;

use super::path::{Path, Step};
use super::report::{Report, Reported};
use super::ruled::Bounded;
use super::view::Json;
use secrets_shape::rule::{Judged, Rule, rules_of_items};
use secrets_shape::shape::Shape;

/// The rules of one value. Only the first broken rule is reported: its message names all rules.
#[derive(Debug)]
#[doc(hidden)]
pub struct Rules<'a> {
    path: Path<'a>,
    shape: &'a Shape,
    declared: &'static [Rule],
    broken: Option<Reported>,
    report: &'a mut Report,
}

impl<'a> Rules<'a> {
    pub(crate) fn new(path: Path<'a>, shape: &'a Shape, declared: &'static [Rule], report: &'a mut Report) -> Self {
        Self { path, shape, declared, broken: None, report }
    }

    /// The rules of a number; their bounds have its type.
    pub fn number<B: Copy>(&mut self, number: Bounded<B>, _declared: &[B]) {
        self.judge(number.judged(), |_| true);
    }

    /// `length(..)`
    pub fn length(&mut self, value: Option<Judged<'_>>) {
        self.judge(value, |rule| matches!(rule, Rule::Length { .. }));
    }

    /// `one_of(..)`
    pub fn one_of(&mut self, text: Option<&str>) {
        self.judge(text.map(Judged::Text), |rule| matches!(rule, Rule::OneOf(_)));
    }

    /// `pattern = ".."`
    pub fn pattern(&mut self, text: Option<&str>, pattern: &Pattern) {
        for rule in self.declared {
            if let (Some(text), Rule::Pattern { rust, .. }) = (text, rule) {
                self.require(pattern.matches(rust, text), rule);
            }
        }
    }

    fn judge(&mut self, value: Option<Judged<'_>>, is_meant: fn(&Rule) -> bool) {
        let Some(value) = value else { return };
        for rule in self.declared.iter().filter(|rule| is_meant(rule)) {
            self.require(rule.holds(value), rule);
        }
    }

    /// `custom = path`: its message completes the sentence "expected ..".
    pub fn custom<T: ?Sized>(&mut self, value: Option<&T>, judge: fn(&T) -> Result<(), &'static str>) {
        if let (None, Some(Err(expected))) = (self.broken, value.map(judge)) {
            self.broken = Some(self.report.violation(&self.path, expected, ""));
        }
    }

    /// `each(..)`
    pub fn each<'v, T: 'v>(
        &mut self,
        items: &mut dyn Iterator<Item = (Option<usize>, &'v T)>,
        judge: &mut dyn FnMut(&T, &mut Rules<'_>),
    ) {
        for (index, item) in items {
            self.of_item(index.map_or(Step::AnyKey, Step::Index), |_, rules| judge(item, rules));
        }
    }

    /// The rules of an item.
    pub(super) fn of_item(&mut self, step: Step, judge: impl FnOnce(Path<'_>, &mut Rules<'_>)) {
        let path = self.path.child(step);
        let mut rules = Rules::new(path, self.shape.item(), rules_of_items(self.declared), self.report);
        judge(path, &mut rules);
        self.broken = rules.broken.or(self.broken);
    }

    pub(super) fn declared(&self) -> &'static [Rule] {
        self.declared
    }

    /// The result.
    pub(crate) fn verdict(self) -> Result<(), Reported> {
        self.broken.map_or(Ok(()), Err)
    }

    pub(super) fn require(&mut self, holds: bool, rule: &Rule) {
        if !holds && self.broken.is_none() {
            self.broken = Some(self.report.violation(&self.path, self.shape.expected(self.declared), rule.found()));
        }
    }
}

/// A regular expression from the declaration, compiled on first use.
#[derive(Debug)]
#[doc(hidden)]
pub struct Pattern(OnceLock<Option<Regex>>);

impl Pattern {
    /// Not compiled yet.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "a constant function")]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The derive has checked that `source` compiles.
    fn matches(&self, source: &str, text: &str) -> bool {
        let compiled = self.0.get_or_init(|| Regex::new(source).ok());
        compiled.as_ref().is_some_and(|pattern| pattern.is_match(text))
    }
}

/// `validate = path`: judges a whole value, as `custom` judges a field.
///
/// # Errors
/// The function refuses the value.
#[doc(hidden)]
pub fn validate<T>(
    json: &Json<'_>,
    value: &T,
    judge: fn(&T) -> Result<(), &'static str>,
    report: &mut Report,
) -> Result<(), Reported> {
    judge(value).map_err(|expected| report.violation(json.path(), expected, ""))
}
