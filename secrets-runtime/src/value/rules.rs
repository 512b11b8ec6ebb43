//! Applying the rules of a field to what the secret says.

use std::sync::OnceLock;

use regex_lite::Regex;

use super::json::Json;
use super::path::{Path, Step};
use super::report::{Report, Reported};
use crate::schema::{Rule, Shape, rules_of_items};

/// The rules of one value. The first that does not hold is reported: its words name them all.
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

    /// `range(..)`
    pub fn range(&mut self, is_within: bool) {
        self.require(is_within, "another number");
    }

    /// `length(..)`
    pub fn length(&mut self, has_length: bool) {
        self.require(has_length, "one of another length");
    }

    /// `pattern = ".."`
    pub fn pattern(&mut self, text: Option<&str>, pattern: &Pattern) {
        self.require(text.is_none_or(|text| pattern.matches(text)), "another string");
    }

    /// `one_of(..)`
    pub fn one_of(&mut self, text: Option<&str>, names: &[&str]) {
        self.require(text.is_none_or(|text| names.contains(&text)), "another string");
    }

    /// `custom = path`: what it says completes the sentence "expected ..".
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
        let (shape, declared) = (self.shape.item(), rules_of_items(self.declared));
        for (index, item) in items {
            let path = self.path.child(index.map_or(Step::AnyKey, Step::Index));
            let mut rules = Rules::new(path, shape, declared, self.report);
            judge(item, &mut rules);
            self.broken = rules.broken.or(self.broken);
        }
    }

    /// What became of it.
    pub(crate) fn verdict(self) -> Result<(), Reported> {
        self.broken.map_or(Ok(()), Err)
    }

    fn require(&mut self, holds: bool, found: &'static str) {
        if !holds && self.broken.is_none() {
            self.broken = Some(self.report.violation(&self.path, self.shape.expected(self.declared), found));
        }
    }
}

/// A regular expression of the declaration, compiled when it is first needed.
#[derive(Debug)]
#[doc(hidden)]
pub struct Pattern {
    source: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// `source` has been compiled by the derive, so that it will compile again.
    #[must_use]
    pub const fn new(source: &'static str) -> Self {
        Self { source, compiled: OnceLock::new() }
    }

    fn matches(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(self.source).ok());
        compiled.as_ref().is_some_and(|pattern| pattern.is_match(text))
    }
}

/// `validate = path`: judges a whole value, as `custom` judges a field's.
///
/// # Errors
/// It does not hold.
#[doc(hidden)]
pub fn validate<T>(
    json: Json<'_>,
    value: &T,
    judge: fn(&T) -> Result<(), &'static str>,
    report: &mut Report,
) -> Result<(), Reported> {
    judge(value).map_err(|expected| report.violation(json.path(), expected, ""))
}
