//! A newtype: a value under the rules of its field.

use super::report::{Report, Reported};
use super::rules::Rules;
use super::view::Json;
use secrets_shape::shape::{FieldShape, Shape};

/// The value that a newtype is read from.
#[derive(Debug)]
#[doc(hidden)]
pub struct Newtype<'a> {
    json: Json<'a>,
    field: &'static FieldShape,
}

impl<'a> Newtype<'a> {
    /// `shape` is a newtype's.
    #[must_use]
    pub fn open(json: &Json<'a>, shape: Shape) -> Self {
        let field = if let Shape::Newtype(field) = shape { field } else { &FieldShape::PLAIN };
        Self { json: json.newtype(field.coercion, field.rules), field }
    }

    /// Reads the field.
    ///
    /// # Errors
    /// What is there breaks the field's shape.
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
    /// One does not hold; or the field failed before.
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

/// `from` and `try_from`: a value of another type, and what becomes of it. What the conversion says of a value is dropped.
///
/// # Errors
/// The other type does not read what is there, or it is not converted.
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
