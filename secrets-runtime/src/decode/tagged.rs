//! Enums: a name in a string, an object whose tag or only key is such a name, or any form that a variant reads.

use super::path::Step;
use super::report::{Report, Reported};
use super::view::{Json, Kind};
use secrets_shape::shape::{Shape, TaggedShape, VariantsShape};

/// The position of a unit variant's name.
///
/// # Errors
/// It is not a string, or not one of the names.
#[doc(hidden)]
pub fn name(json: &Json<'_>, names: &'static [&'static str], report: &mut Report) -> Result<usize, Reported> {
    let shape = Shape::Names(names);
    let text = json.string(&shape, report)?;
    names
        .iter()
        .position(|name| *name == &*text)
        .ok_or_else(|| json.unfit(&shape, "a string that is not one of them", report))
}

/// The position of the variant that an object's tag names.
///
/// # Errors
/// It is not an object, has no tag, or its tag names no variant.
#[doc(hidden)]
pub fn variant(json: &Json<'_>, shape: Shape, report: &mut Report) -> Result<usize, Reported> {
    let Shape::Tagged(TaggedShape { tag, names, .. }) = shape else { return Err(json.mismatch(&shape, report)) };
    if json.kind() != Kind::Object {
        return Err(json.mismatch(&shape, report));
    }
    let mut found = None;
    for (key, value) in json.entries() {
        // A duplicate tag is reported when the variant's keys are read.
        if key.unquoted().is_ok_and(|key| &*key == *tag) {
            found.get_or_insert(value);
        }
    }
    let path = json.path().child(Step::Key(tag));
    match found {
        Some(value) => name(&json.at(path, value), names, report),
        None => Err(report.violation(&path, Shape::Names(names).expected(&[]), "nothing")),
    }
}

/// The position of the variant that the only key of an object names, and the value of that key; or of the variant that
/// a string names.
///
/// # Errors
/// It is neither of these.
#[doc(hidden)]
pub fn named<'j>(json: &'j Json<'_>, shape: Shape, report: &mut Report) -> Result<(usize, Json<'j>), Reported> {
    let Shape::Variants(VariantsShape { names, contents, .. }) = shape else {
        return Err(json.mismatch(&shape, report));
    };
    let position = |name: &str, has_content: bool| {
        let is_it = |(other, content): (&&str, &Option<Shape>)| *other == name && content.is_some() == has_content;
        names.iter().zip(*contents).position(is_it)
    };
    if json.kind() == Kind::String {
        let text = json.string(&shape, report)?;
        let at =
            position(&text, false).ok_or_else(|| json.unfit(&shape, "a string that is not one of them", report))?;
        return Ok((at, *json));
    }
    if json.kind() != Kind::Object {
        return Err(json.mismatch(&shape, report));
    }
    let mut entries = json.entries();
    let (Some((key, value)), None) = (entries.next(), entries.next()) else {
        return Err(json.unfit(&shape, "an object with no key or several", report));
    };
    let at = key.unquoted().ok().and_then(|key| position(&key, true));
    let at = at.ok_or_else(|| json.unfit(&shape, "an object with a different key", report))?;
    Ok((at, json.inner_at(json.path().child(Step::Key(names[at])), value)))
}

/// A value that several variants may read; the first that succeeds wins.
#[derive(Debug)]
#[doc(hidden)]
pub struct Tries<'a> {
    json: &'a Json<'a>,
    names: &'static [&'static str],
    failed: Vec<Report>,
}

impl<'a> Tries<'a> {
    /// `shape` is that of an enum whose variants are tried in turn.
    #[must_use]
    pub fn new(json: &'a Json<'a>, shape: Shape) -> Self {
        let names = if let Shape::Variants(variants) = shape { variants.names } else { &[] };
        Self { json, names, failed: Vec::new() }
    }

    /// Tries the next variant.
    pub fn next<T>(&mut self, decode: impl FnOnce(&Json<'_>, &mut Report) -> Result<T, Reported>) -> Option<T> {
        let mut report = Report::trial();
        let tried = decode(self.json, &mut report);
        if tried.is_err() {
            self.failed.push(report);
        }
        tried.ok()
    }

    /// No variant reads it: reports what each of them expected.
    pub fn refused(self, report: &mut Report) -> Reported {
        let mut told = None;
        for (name, failed) in self.names.iter().zip(self.failed) {
            told = report.of_variant(name, failed).or(told);
        }
        told.unwrap_or_else(|| report.mismatch(self.json, "nothing"))
    }
}
