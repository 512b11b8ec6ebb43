//! The constants that a schema lists, against what a type reads.

use super::file::{DEEPEST, SchemaFile, integer};
use super::json_schema::narrowed;
use super::reader::Kind;
use super::spelling::{one_spells, spells};
use super::{Coercion, Rule, Shape};

/// What a type makes of the constants that a schema lists with `enum` and `const`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tally {
    /// It lists none: anything may come.
    Open,
    /// How many can be read, and the first that cannot.
    Listed { read: usize, refused: Option<usize> },
}

impl Tally {
    const NONE: Self = Self::Listed { read: 0, refused: None };

    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Listed { read, refused }, Self::Listed { read: more, refused: later }) => {
                let refused = if refused.is_some() { refused } else { later };
                Self::Listed { read: read + more, refused }
            }
            _ => Self::Open,
        }
    }
}

/// What constants are judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge {
    pub(super) shape: Shape,
    pub(super) rules: &'static [Rule],
    pub(super) coercion: Coercion,
}

impl Judge {
    /// Judges what a schema lists; `null` is not judged here.
    pub(super) const fn tally(&self, file: &SchemaFile<'_>, at: usize, depth: usize) -> Tally {
        if let Some(value) = file.member(at, "const") {
            return self.one(file, value);
        }
        if let Some(list) = file.member(at, "enum") {
            return self.list(file, list);
        }
        let mut index = 0;
        while depth > 0
            && let Some(schema) = file.also(at, index)
        {
            if let listed @ Tally::Listed { .. } = self.tally(file, schema, depth - 1) {
                return listed;
            }
            index += 1;
        }
        match file.alternatives(at) {
            Some(list) if depth > 0 => self.alternatives(file, list, depth - 1),
            _ => Tally::Open,
        }
    }

    const fn alternatives(&self, file: &SchemaFile<'_>, list: usize, depth: usize) -> Tally {
        let mut tally = Tally::NONE;
        let mut item = file.first(list);
        while let Some(found) = item {
            if !file.is_null(found) {
                tally = tally.and(self.tally(file, found, depth));
            }
            item = file.after(found, list);
        }
        tally
    }

    const fn list(&self, file: &SchemaFile<'_>, list: usize) -> Tally {
        let mut tally = Tally::NONE;
        let mut item = file.first(list);
        while let Some(found) = item {
            tally = tally.and(self.one(file, found));
            item = file.after(found, list);
        }
        tally
    }

    const fn one(&self, file: &SchemaFile<'_>, at: usize) -> Tally {
        if matches!(file.kind(at), Kind::Null) {
            return Tally::NONE;
        }
        if self.reads(file, at) {
            Tally::Listed { read: 1, refused: None }
        } else {
            Tally::Listed { read: 0, refused: Some(at) }
        }
    }

    /// Whether the type reads a constant, if that is easily told.
    const fn reads(&self, file: &SchemaFile<'_>, at: usize) -> bool {
        match (self.shape, file.kind(at)) {
            (Shape::Names(names), _) => matches!(file.kind(at), Kind::String) && one_spells(file.value(at), names),
            (Shape::String, Kind::String) => match one_of(self.rules) {
                Some(names) => one_spells(file.value(at), names),
                None => true,
            },
            (Shape::Boolean, Kind::True | Kind::False) => true,
            (Shape::Boolean, Kind::String) => self.coerces() && one_spells(file.value(at), &["true", "false"]),
            (Shape::Integer { .. }, Kind::Number) => self.is_in_range(file.value(at), true),
            (Shape::Integer { .. }, Kind::String) => self.coerces() && self.is_in_range(file.value(at), false),
            (Shape::String | Shape::Boolean | Shape::Integer { .. }, _) => false,
            _ => true,
        }
    }

    const fn coerces(&self) -> bool {
        matches!(self.coercion, Coercion::FromString)
    }

    /// `5.432e3` is not judged.
    const fn is_in_range(&self, text: &[u8], otherwise: bool) -> bool {
        match (self.shape, integer(text)) {
            (Shape::Integer { min, max }, Some(value)) => {
                let (min, max) = narrowed(min, max, self.rules);
                min <= value && value <= max
            }
            _ => otherwise,
        }
    }

    /// Whether the type lists what it reads, too: then it has to know every constant that may come.
    pub(super) const fn lists(&self) -> Option<&'static [&'static str]> {
        match self.shape {
            Shape::Names(names) => Some(names),
            Shape::String => one_of(self.rules),
            _ => None,
        }
    }
}

const fn one_of(rules: &'static [Rule]) -> Option<&'static [&'static str]> {
    let mut at = 0;
    while at < rules.len() {
        if let Rule::OneOf(names) = rules[at] {
            return Some(names);
        }
        at += 1;
    }
    None
}

/// Whether a schema lists a name among its constants.
pub(super) const fn lists(file: &SchemaFile<'_>, at: usize, name: &str) -> bool {
    let (value, list) = (file.keyword(at, "const", DEEPEST), file.keyword(at, "enum", DEEPEST));
    if let Some(value) = value {
        return spells(file.value(value), name);
    }
    let Some(list) = list else { return false };
    let mut item = file.first(list);
    while let Some(found) = item {
        if spells(file.value(found), name) {
            return true;
        }
        item = file.after(found, list);
    }
    false
}
