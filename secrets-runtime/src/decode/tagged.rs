//! Enums: a name in a string, or an object whose tag is such a name.

use super::path::Step;
use super::report::{Report, Reported};
use super::view::{Json, Kind};
use secrets_shape::shape::{Shape, TaggedShape};

/// The position of a unit variant's name.
///
/// # Errors
/// It is no string, or another.
#[doc(hidden)]
pub fn name(json: &Json<'_>, names: &'static [&'static str], report: &mut Report) -> Result<usize, Reported> {
    let shape = Shape::Names(names);
    let text = json.string(&shape, report)?;
    names.iter().position(|name| *name == &*text).ok_or_else(|| json.unfit(&shape, "another string", report))
}

/// The position of the variant that an object's tag names.
///
/// # Errors
/// It is no object, has no tag, or one that names no variant.
#[doc(hidden)]
pub fn variant(json: &Json<'_>, shape: Shape, report: &mut Report) -> Result<usize, Reported> {
    let Shape::Tagged(TaggedShape { tag, names, .. }) = shape else { return Err(json.mismatch(&shape, report)) };
    if json.kind() != Kind::Object {
        return Err(json.mismatch(&shape, report));
    }
    let mut found = None;
    for (key, value) in json.entries() {
        // A tag given twice is told by whoever reads the variant's keys.
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
