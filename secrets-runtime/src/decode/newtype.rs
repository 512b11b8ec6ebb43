//! Newtypes: a value with the rules of its field.

use super::report::{Report, Reported};
use super::rules::Rules;
use super::view::Json;
use secrets_shape::shape::{FieldShape, Shape};

/// The value that a newtype is decoded from.
#[derive(Debug)]
#[doc(hidden)]
pub struct Newtype<'a> {
    json: Json<'a>,
    field: &'static FieldShape,
}

impl<'a> Newtype<'a> {
    /// `shape` is that of a newtype.
    #[must_use]
    pub fn open(json: &Json<'a>, shape: Shape) -> Self {
        let field = if let Shape::Newtype(field) = shape { field } else { &FieldShape::PLAIN };
        Self { json: json.newtype(field.coercion, field.rules), field }
    }

    /// Reads the field.
    ///
    /// # Errors
    /// The value violates the field's shape.
    pub fn read<T>(
        &self,
        decode: fn(&Json<'_>, &mut Report) -> Result<T, Reported>,
        report: &mut Report,
    ) -> Result<T, Reported> {
        decode(&self.json, report)
    }

    fn unfit(&self, report: &mut Report) -> Reported {
        report.violation(self.json.path(), self.field.expected(), self.json.kind().unfit())
    }

    /// Applies rules to what [`read`](Self::read) returned.
    ///
    /// # Errors
    /// A rule does not hold, or the field failed before.
    pub fn rules<T>(
        &self,
        value: Result<T, Reported>,
        judge: impl FnOnce(&T, &mut Rules<'_>),
        report: &mut Report,
    ) -> Result<T, Reported> {
        let value = value?;
        let mut rules = Rules::new(*self.json.path(), &self.field.shape, self.field.rules, report);
        judge(&value, &mut rules);
        rules.verdict().map(|()| value)
    }
}

/// `from` and `try_from`: decodes another type and converts it. The conversion's own error is dropped.
///
/// # Errors
/// The other type cannot be decoded, or the conversion fails.
#[doc(hidden)]
pub fn converted<U, T>(
    json: &Json<'_>,
    shape: Shape,
    decode: fn(&Json<'_>, &mut Report) -> Result<U, Reported>,
    convert: fn(U) -> Option<T>,
    report: &mut Report,
) -> Result<T, Reported> {
    let newtype = Newtype::open(json, shape);
    let value = newtype.read(decode, report)?;
    convert(value).ok_or_else(|| newtype.unfit(report))
}
