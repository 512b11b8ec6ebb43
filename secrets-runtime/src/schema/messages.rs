//! What the compiler says of a type and its schema file.

use super::file::SchemaFile;
use super::problem::Problem;
use super::reader::{Node, NotJson, capacity};
use super::writer::Writer;
use super::{ObjectShape, Shape};
use crate::secret::Secret;

/// How long a message may be.
const LONGEST: usize = 2048;

/// What the compiler says.
pub(super) struct Message {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Message {
    const NOTHING: Self = Self { bytes: [0; LONGEST], length: 0 };

    const fn text(&self) -> Option<&str> {
        let said = self.bytes.split_at(if self.length < LONGEST { self.length } else { LONGEST }).0;
        match str::from_utf8(said) {
            Ok(text) if text.is_empty() => None,
            Ok(text) => Some(text),
            // Quoted between characters, always.
            Err(_) => Some("the type does not fit its schema file"),
        }
    }

    #[track_caller]
    pub(super) const fn say(&self) {
        if let Some(text) = self.text() {
            panic!("{}", text);
        }
    }
}

impl SchemaFile<'_> {
    pub(super) const fn on_field(&self, shape: &'static Shape, field: usize) -> Option<Problem> {
        match shape {
            Shape::Object(object) => self.field_of_struct(object, field),
            Shape::Tagged(tagged) => {
                let (mut variant, mut field) = (0, field);
                // The tag, which comes first, is not one of them.
                while field + 1 >= tagged.variants[variant].fields.len() {
                    field -= tagged.variants[variant].fields.len() - 1;
                    variant += 1;
                }
                self.field_of_variant(tagged, variant, field)
            }
            _ => None,
        }
    }

    pub(super) const fn message_of_whole(&self, shape: &'static Shape) -> Message {
        if let Some(error) = self.error {
            return self.message_of_error(error);
        }
        match self.whole(shape) {
            Some(problem) => self.message(&problem),
            None => Message::NOTHING,
        }
    }

    pub(super) const fn message_of_field(&self, shape: &'static Shape, field: usize) -> Message {
        match self.on_field(shape, field) {
            Some(problem) => self.message(&problem),
            None => Message::NOTHING,
        }
    }

    const fn message(&self, problem: &Problem) -> Message {
        let mut bytes = [0; LONGEST];
        let mut to = Writer::new(&mut bytes);
        self.tell(problem, &mut to);
        let length = to.length();
        Message { bytes, length }
    }

    const fn message_of_error(&self, error: NotJson) -> Message {
        let mut bytes = [0; LONGEST];
        let mut to = Writer::new(&mut bytes);
        self.tell_not_json(error, &mut to);
        let length = to.length();
        Message { bytes, length }
    }
}

/// What the compiler would say of a type with a schema file of this text: for tests.
///
/// # Panics
/// If the short way takes a field for one that fits, and the full comparison does not.
#[must_use]
pub fn problems<T: Secret>(text: &str) -> Vec<String> {
    problems_of(const { &T::SHAPE }, text)
}

fn problems_of(shape: &'static Shape, text: &str) -> Vec<String> {
    let mut nodes = vec![Node::NOTHING; capacity(text)];
    let file = SchemaFile::read("file.json", text, &mut nodes);
    if let Some(error) = file.error {
        return file.message_of_error(error).text().map(str::to_owned).into_iter().collect();
    }
    let fields = match shape {
        Shape::Object(ObjectShape { fields, .. }) => fields.len(),
        Shape::Tagged(tagged) => tagged.variants.iter().map(|variant| variant.fields.len() - 1).sum(),
        _ => 0,
    };
    let of_fields: Vec<_> = (0..fields).map(|field| file.on_field(shape, field)).collect();
    if let Shape::Object(object) = shape {
        let mut doubtful = vec![true; fields];
        file.sift(object.fields, &mut doubtful);
        let is_found = |(problem, is_doubtful): (&Option<Problem>, &bool)| problem.is_none() || *is_doubtful;
        assert!(of_fields.iter().zip(&doubtful).all(is_found), "the short way misses a problem");
    }
    let problems: Vec<_> = std::iter::once(file.whole(shape)).chain(of_fields).collect();
    let messages = problems.iter().flatten().map(|problem| file.message(problem));
    messages.filter_map(|message| message.text().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests;
