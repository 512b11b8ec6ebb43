//! The comparison of a type with its schema file: the constants that derived code has the compiler evaluate.

use super::Shape;
use super::file::SchemaFile;
use super::reader::Node;

/// A type and its schema file. The compiler compares them once; each field has a constant that asks how it fared, and only
/// where something is wrong is the file read again, for words.
#[derive(Debug)]
#[doc(hidden)]
pub struct Contract<const VALUES: usize, const FIELDS: usize> {
    path: &'static str,
    text: &'static str,
    shape: &'static Shape,
    is_broken: bool,
    is_broken_by: [bool; FIELDS],
}

impl<const VALUES: usize, const FIELDS: usize> Contract<VALUES, FIELDS> {
    /// Compares a type with the text of the file at `path`, which has at most `VALUES` [values](super::capacity).
    #[must_use]
    pub const fn new(path: &'static str, text: &'static str, shape: &'static Shape) -> Self {
        let nodes = &mut [Node::NOTHING; VALUES];
        let file = SchemaFile::read(path, text, nodes);
        let is_json = file.error.is_none();
        let mut is_broken_by = [is_json; FIELDS];
        if is_json && let Shape::Object(object) = shape {
            file.sift(object.fields, &mut is_broken_by);
        }
        let mut field = 0;
        while field < FIELDS {
            if is_broken_by[field] {
                is_broken_by[field] = file.on_field(shape, field).is_some();
            }
            field += 1;
        }
        let is_broken = !is_json || file.whole(shape).is_some();
        Self { path, text, shape, is_broken, is_broken_by }
    }

    /// Says what is wrong, but for the fields.
    #[track_caller]
    pub const fn check(&self) {
        if self.is_broken {
            let nodes = &mut [Node::NOTHING; VALUES];
            SchemaFile::read(self.path, self.text, nodes).message_of_whole(self.shape).say();
        }
    }

    /// Says what is wrong with a field of a struct, or of an enum's variants, one after the other.
    #[track_caller]
    pub const fn check_field(&self, field: usize) {
        if self.is_broken_by[field] {
            let nodes = &mut [Node::NOTHING; VALUES];
            SchemaFile::read(self.path, self.text, nodes).message_of_field(self.shape, field).say();
        }
    }
}
