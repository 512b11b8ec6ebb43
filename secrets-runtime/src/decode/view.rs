//! A value of a secret, its path, and how its field reads it.
//!
//! Nothing is copied: a [`Json`] is a position in the fetched text, which is zeroized after decoding.

use std::fmt;

use secrets_shape::rule::{Rule, rules_of_items};
use secrets_shape::shape::{Coercion, ObjectShape, Shape};
use secrets_shape::wire::Format;

use super::path::{Path, Step};
use super::report::{Report, Reported};
use crate::json::{Document, LoneSurrogate, Position, Text, Value};

/// One JSON value of a secret, its path, and how its field reads it.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub struct Json<'a> {
    value: Value<'a>,
    path: Path<'a>,
    form: Form,
    coercion: Coercion,
    rules: &'static [Rule],
    /// The object that this one is flattened into and shares its keys with.
    flattened_into: Option<&'static ObjectShape>,
}

/// Characters that may surround a number or a boolean, leniently.
pub const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

/// The form of a value's text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    /// Plain text, equal to the contents of a JSON string.
    Plain,
}

/// Shows the path of the value, never the value.
impl fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({})", self.path)
    }
}

impl<'a> Json<'a> {
    /// A whole secret.
    pub(crate) fn root(document: &'a Document<'a>, format: Format) -> Self {
        let form = if format == Format::Json { Form::Json } else { Form::Plain };
        Self { form, ..Self::field(Path::ROOT, document.root(), Coercion::FromString, &[]) }
    }

    #[cfg(test)]
    pub(super) fn coerced(document: &'a Document<'a>, coercion: Coercion) -> Self {
        Self { coercion, ..Self::root(document, Format::Json) }
    }

    /// The value of a declared key.
    #[inline]
    pub(crate) fn field(path: Path<'a>, value: Value<'a>, coercion: Coercion, rules: &'static [Rule]) -> Self {
        Self { value, path, form: Form::Json, coercion, rules, flattened_into: None }
    }

    /// A value of the same document.
    #[inline]
    pub(crate) fn value_at(&self, position: Position) -> Value<'a> {
        self.value.at(position)
    }

    /// The key of a map, as plain text.
    pub(crate) fn key(path: Path<'a>, value: Value<'a>) -> Self {
        Self { form: Form::Plain, ..Self::field(path, value, Coercion::FromString, &[]) }
    }

    /// Another value, with the same coercion.
    pub(crate) fn at<'b>(&self, path: Path<'b>, value: Value<'b>) -> Json<'b> {
        Json::field(path, value, self.coercion, &[])
    }

    /// The value of a newtype's field: the same value, with the field's rules.
    pub(crate) fn newtype(self, coercion: Coercion, rules: &'static [Rule]) -> Self {
        Self { coercion, rules, ..self }
    }

    /// The same object, as a flattened field reads it.
    pub(crate) fn flattened(self, into: &'static ObjectShape, coercion: Coercion, rules: &'static [Rule]) -> Self {
        Self { coercion, rules, flattened_into: Some(self.flattened_into.unwrap_or(into)), ..self }
    }

    /// The document inside a string.
    pub(crate) fn document<T>(
        &self,
        shape: &Shape,
        report: &mut Report,
        decode: impl FnOnce(&Json<'_>, &mut Report) -> Result<T, Reported>,
    ) -> Result<T, Reported> {
        let text = self.string(shape, report)?;
        match Document::parse(&text) {
            Ok(document) => decode(&self.inner_at(self.path, document.root()), report),
            Err(_) => Err(self.unfit(shape, Kind::String.unfit(), report)),
        }
    }

    /// A value inside this one, with the same coercion and the rules of `each(..)`.
    pub(crate) fn inner_at<'b>(&self, path: Path<'b>, value: Value<'b>) -> Json<'b> {
        Json::field(path, value, self.coercion, rules_of_items(self.rules))
    }

    /// Whether another object decides about unknown keys.
    pub(crate) fn is_flattened(&self) -> bool {
        self.flattened_into.is_some()
    }

    pub(crate) fn path(&self) -> &Path<'a> {
        &self.path
    }

    pub(crate) fn text(&self) -> &'a str {
        self.value.text()
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        match self.form {
            Form::Json => Kind::of(self.value.first()),
            Form::Plain => Kind::String,
        }
    }

    #[inline]
    pub(crate) fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    #[inline]
    pub(crate) fn coerces(&self) -> bool {
        self.coercion != Coercion::None
    }

    #[inline]
    pub(crate) fn is_lenient(&self) -> bool {
        self.coercion == Coercion::Lenient
    }

    /// Whether it counts as absent: null or, leniently, a blank string.
    #[inline]
    pub(crate) fn is_nothing(&self, shape: &Shape) -> bool {
        self.is_null() || (self.is_lenient() && shape.is_spelled() && self.is_blank())
    }

    #[cold]
    pub(crate) fn is_blank(&self) -> bool {
        let is_blank = |text: Text<'_>| text.trim_matches(SPACES).is_empty();
        self.kind() == Kind::String && self.value.unquoted().is_ok_and(is_blank)
    }

    /// Reports that the value does not match `shape`.
    pub(crate) fn mismatch(&self, shape: &Shape, report: &mut Report) -> Reported {
        report.mismatch(self, shape.expected(self.rules))
    }

    /// As [`mismatch`](Self::mismatch), for a value of the right kind.
    pub(crate) fn unfit(&self, shape: &Shape, found: &'static str, report: &mut Report) -> Reported {
        report.violation(&self.path, shape.expected(self.rules), found)
    }

    /// The text of a string.
    #[inline]
    pub(crate) fn string(&self, shape: &Shape, report: &mut Report) -> Result<Text<'a>, Reported> {
        match self.kind() {
            Kind::String => self.unquoted(shape, report),
            _ => Err(self.mismatch(shape, report)),
        }
    }

    /// The text of a string; the caller has checked the kind.
    #[inline]
    pub(crate) fn unquoted(&self, shape: &Shape, report: &mut Report) -> Result<Text<'a>, Reported> {
        if self.form == Form::Plain {
            return Ok(Text::Borrowed(self.text()));
        }
        self.value
            .unquoted()
            .map_err(|LoneSurrogate| self.unfit(shape, "a string with half of a surrogate pair", report))
    }

    /// The items of an array, each read with `decode`.
    pub(crate) fn vector<T>(
        &self,
        shape: &Shape,
        report: &mut Report,
        decode: impl Fn(&Json<'_>, &mut Report) -> Result<T, Reported>,
    ) -> Result<Vec<T>, Reported> {
        if self.kind() != Kind::Array {
            return Err(self.mismatch(shape, report));
        }
        // Allocated at full size, so that growing leaves no copies behind.
        let mut values = Vec::with_capacity(self.items().count());
        let mut outcome = Ok(());
        for (index, item) in self.value.items().enumerate() {
            match decode(&self.inner_at(self.path.child(Step::Index(index)), item), report) {
                Ok(value) => values.push(value),
                Err(reported) => outcome = Err(reported),
            }
        }
        outcome.map(|()| values)
    }

    /// The items of an array.
    pub(crate) fn items(&self) -> impl Iterator<Item = Value<'a>> {
        self.value.items()
    }

    /// The entries of an object, in the order of the text, duplicates included.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Value<'a>, Value<'a>)> {
        self.value.entries()
    }

    /// The entries of a map, without those that the object around it reads.
    pub(crate) fn map_entries(&self) -> impl Iterator<Item = (Result<Text<'a>, LoneSurrogate>, Value<'a>)> {
        let object = self.flattened_into;
        let is_read = move |key: &str| object.is_some_and(|object| object.reads(key));
        let entries = self.entries().map(|(key, value)| (key.unquoted(), value));
        entries.filter(move |(key, _)| !key.as_ref().is_ok_and(|key| is_read(key)))
    }
}

/// The kind of a JSON value: the only fact about it that a message may reveal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    #[inline]
    pub(super) fn of(first: Option<u8>) -> Self {
        match first {
            Some(b'n') => Kind::Null,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'"') => Kind::String,
            Some(b'[') => Kind::Array,
            Some(b'{') => Kind::Object,
            _ => Kind::Number,
        }
    }

    /// The words after "found" for a value of the right kind that does not fit.
    pub const fn unfit(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Boolean => "a boolean that does not fit",
            Kind::Number => "a number that does not fit",
            Kind::String => "a string that does not fit",
            Kind::Array => "an array that does not fit",
            Kind::Object => "an object that does not fit",
        }
    }

    /// The words after "found".
    pub fn found(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Boolean => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::Array => "an array",
            Kind::Object => "an object",
        }
    }
}
