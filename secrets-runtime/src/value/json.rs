//! A lazy view of JSON text: values are found first and read where a type asks for them.
//!
//! Nothing is copied: a [`Json`] is a slice of the fetched text, which is zeroized after decoding.

use std::fmt;

use super::path::{Path, Step};
use super::report::{NotJson, Report, Reported};
use super::scan::{self, Broken, Quoted, Raw};
use super::text::{LoneSurrogate, Text, unescaped, unquote};
use crate::schema::{Coercion, ObjectShape, Rule, Shape, rules_of_items};

/// One JSON value of a secret, where it stands, and how the field that reads it wants it read.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub struct Json<'a> {
    /// A JSON value without surrounding white space. Only the root may turn out not to be JSON.
    text: &'a str,
    /// Whether there may be escapes in it.
    has_escapes: bool,
    path: Path<'a>,
    form: Form,
    coercion: Coercion,
    rules: &'static [Rule],
    /// The object that this one is flattened into, and shares its text with.
    flattened_into: Option<&'static ObjectShape>,
}

/// What the text of a value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    /// Text that stands for itself, as a JSON string's contents would.
    Plain,
}

/// It shows where the value stands, never what it is.
impl fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({})", self.path)
    }
}

impl<'a> Json<'a> {
    /// A document, whose syntax is checked while it is read.
    pub(crate) fn root(text: &'a str) -> Self {
        let text = trimmed(text);
        Self {
            text,
            has_escapes: true,
            path: Path::ROOT,
            form: Form::Json,
            coercion: Coercion::FromString,
            rules: &[],
            flattened_into: None,
        }
    }

    /// A secret that is plain text.
    pub(crate) fn plain(text: &'a str) -> Self {
        Self { text, form: Form::Plain, ..Self::root("") }
    }

    #[cfg(test)]
    pub(super) fn strict(text: &'a str) -> Self {
        Self { coercion: Coercion::None, ..Self::root(text) }
    }

    /// Whether the document is JSON, as far as reading it does not tell.
    ///
    /// An object's syntax is checked while it is read. Of anything else the first character may lie: the plain text
    /// `nullify` is no `null`.
    pub(crate) fn check(&self, report: &mut Report) -> Result<(), Reported> {
        match self.text.chars().next() {
            _ if self.form == Form::Plain => Ok(()),
            Some('{') => Ok(()),
            Some('\u{feff}') => Err(report.not_json(NotJson::ByteOrderMark)),
            None => Err(report.not_json(NotJson::Empty)),
            Some(_) if self.is_syntactical() => Ok(()),
            Some(_) => Err(report.not_json(NotJson::OtherText)),
        }
    }

    /// Whether the text is one JSON value.
    pub(crate) fn is_syntactical(&self) -> bool {
        scan::is_json(self.text)
    }

    /// The value of a declared key.
    #[inline]
    pub(crate) fn field(path: Path<'a>, raw: Raw<'a>, coercion: Coercion, rules: &'static [Rule]) -> Self {
        let Raw { text, has_escapes } = raw;
        Self { text, has_escapes, path, form: Form::Json, coercion, rules, flattened_into: None }
    }

    /// Another value, read as this one is.
    pub(crate) fn at<'b>(&self, path: Path<'b>, raw: Raw<'b>) -> Json<'b> {
        Json::field(path, raw, self.coercion, &[])
    }

    /// The value of a newtype's field: the same value, under the field's rules.
    pub(crate) fn newtype(self, coercion: Coercion, rules: &'static [Rule]) -> Self {
        Self { coercion, rules, ..self }
    }

    /// The same object, read by a field that is flattened into it.
    pub(crate) fn flattened(self, into: &'static ObjectShape, coercion: Coercion, rules: &'static [Rule]) -> Self {
        Self { coercion, rules, flattened_into: Some(self.flattened_into.unwrap_or(into)), ..self }
    }

    /// A document that was found inside a string of this one.
    pub(crate) fn embedded<'b>(&'b self, text: &'b str) -> Json<'b> {
        self.inner(self.path, Raw { text: trimmed(text), has_escapes: true })
    }

    /// A value inside this one: read with the same coercion, bound by what `each(..)` asks.
    fn inner<'b>(&'b self, path: Path<'b>, raw: Raw<'b>) -> Json<'b> {
        Json::field(path, raw, self.coercion, rules_of_items(self.rules))
    }

    /// Whether another object decides what to do with unknown keys.
    pub(crate) fn is_flattened(&self) -> bool {
        self.flattened_into.is_some()
    }

    pub(crate) fn path(&self) -> &Path<'a> {
        &self.path
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        match self.form {
            Form::Json => Kind::of(self.text),
            Form::Plain => Kind::String,
        }
    }

    #[inline]
    pub(crate) fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    pub(crate) fn coerces(&self) -> bool {
        self.coercion == Coercion::FromString
    }

    /// Reports that this is not what `shape` describes.
    pub(crate) fn mismatch(&self, shape: &Shape, report: &mut Report) -> Reported {
        report.mismatch(self, shape.expected(self.rules))
    }

    /// As [`mismatch`](Self::mismatch), where the kind is right and the value is not.
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
    pub(crate) fn unquoted(&self, shape: &Shape, report: &mut Report) -> Result<Text<'a>, Reported> {
        if self.form == Form::Plain {
            return Ok(Text::Borrowed(self.text));
        }
        unquote(self.text, self.has_escapes)
            .map_err(|_| self.unfit(shape, "a string with half of a surrogate pair", report))
    }

    /// The items of an array, each read with `decode`.
    pub(crate) fn vector<T>(
        &self,
        shape: &Shape,
        decode: fn(Json<'_>, &mut Report) -> Result<T, Reported>,
        report: &mut Report,
    ) -> Result<Vec<T>, Reported> {
        if self.kind() != Kind::Array {
            return Err(self.mismatch(shape, report));
        }
        let mut values = Vec::new();
        let mut outcome = Ok(());
        self.items(report, &mut |item, report| match decode(item, report) {
            Ok(value) => values.push(value),
            Err(reported) => outcome = Err(reported),
        })?;
        outcome.map(|()| values)
    }

    /// Hands out the items of an array.
    fn items(&self, report: &mut Report, each: &mut dyn FnMut(Json<'_>, &mut Report)) -> Result<(), Reported> {
        let mut index = 0;
        let scanned = scan::items(self.text, &mut |item| {
            each(self.inner(self.path.child(Step::Index(index)), item), report);
            index += 1;
        });
        scanned.map_err(|broken| self.broken(broken, report))
    }

    /// Hands out the entries of a map.
    pub(crate) fn map_entries(
        &self,
        report: &mut Report,
        each: &mut dyn FnMut(Text<'a>, Json<'_>, &mut Report),
    ) -> Result<(), Reported> {
        let mut outcome = Ok(());
        let scanned = self.entries(&mut |key, value| match key {
            Ok(key) if self.flattened_into.is_some_and(|object| object.reads(&key)) => {}
            Ok(key) => each(key, self.inner(self.path.child(Step::AnyKey), value), report),
            Err(LoneSurrogate) => outcome = Err(report.bad_key(&self.path.child(Step::AnyKey))),
        });
        scanned.map_err(|broken| self.broken(broken, report))?;
        outcome
    }

    /// Hands out the entries of an object, in the order of the text, duplicates included.
    pub(crate) fn entries(&self, each: &mut dyn FnMut(Key<'a>, Raw<'a>)) -> Result<(), Broken> {
        self.raw_entries(&mut |key, value| {
            each(if key.has_escapes { unescaped(key.inner) } else { Ok(Text::Borrowed(key.inner)) }, value);
        })
    }

    /// As [`entries`](Self::entries), the keys as they are written.
    pub(crate) fn raw_entries(&self, each: &mut dyn FnMut(Quoted<'a>, Raw<'a>)) -> Result<(), Broken> {
        scan::entries(self.text, each)
    }

    /// Reports that the text is not JSON. Only the root's may turn out so.
    pub(crate) fn broken(&self, Broken { at }: Broken, report: &mut Report) -> Reported {
        report.not_json(NotJson::at(self.text, at))
    }
}

/// The text of a key, if it is Unicode.
pub(crate) type Key<'a> = Result<Text<'a>, LoneSurrogate>;

/// Without the white space that JSON allows around values.
pub(super) fn trimmed(text: &str) -> &str {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let start = text.bytes().take_while(is_space).count();
    let end = text.len() - text.bytes().rev().take_while(is_space).count();
    text.get(start..end).unwrap_or_default()
}

/// The kind of a JSON value: the one thing that a message may tell about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    #[inline]
    fn of(text: &str) -> Self {
        match text.as_bytes().first() {
            Some(b'n') => Kind::Null,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'"') => Kind::String,
            Some(b'[') => Kind::Array,
            Some(b'{') => Kind::Object,
            _ => Kind::Number,
        }
    }

    /// The words after "found".
    pub(crate) fn found(self) -> &'static str {
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
