//! Sets of kinds of JSON values.

use super::file::SchemaFile;
use super::reader::head_of;
use super::writer::Writer;
use super::{Coercion, FieldShape, Shape};

/// Which kinds of JSON values there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(2);
    pub(super) const INTEGER: Self = Self(4);
    /// Integers among them.
    pub(super) const NUMBER: Self = Self(4 | 8);
    pub(super) const STRING: Self = Self(16);
    pub(super) const ARRAY: Self = Self(32);
    pub(super) const OBJECT: Self = Self(64);
    pub(super) const ALL: Self = Self(127);

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn without_null(self) -> Self {
        Self(self.0 & !Self::NULL.0)
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) const fn is_none(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn is_all(self) -> bool {
        self.0 == Self::ALL.0
    }

    /// As a string of a file calls it; what JSON Schema does not call anything may be anything.
    pub(super) const fn named(file: &SchemaFile<'_>, at: usize) -> Self {
        const STRING: u128 = head_of("string");
        const INTEGER: u128 = head_of("integer");
        // Most are one of these.
        match file.head(at) {
            STRING => return Self::STRING,
            INTEGER => return Self::INTEGER,
            _ => {}
        }
        let (names, mut name) = (&NAMES, 0);
        while name < names.len() {
            if file.is(at, names[name].0) {
                return names[name].1;
            }
            name += 1;
        }
        Self::ALL
    }

    /// What a shape reads.
    pub(super) const fn read_by(shape: &Shape, coercion: Coercion) -> Self {
        let text = match coercion {
            Coercion::FromString => Self::STRING,
            Coercion::None => Self::NONE,
        };
        match shape {
            Shape::String | Shape::Parsed { .. } | Shape::Bytes(_) | Shape::Embedded(_) | Shape::Names(_) => {
                Self::STRING
            }
            Shape::Integer { .. } => Self::INTEGER.or(text),
            Shape::Float(_) => Self::NUMBER.or(text),
            Shape::Boolean => Self::BOOLEAN.or(text),
            Shape::Any => Self::ALL,
            Shape::Optional(inner) => Self::read_by(inner, coercion).or(Self::NULL),
            Shape::Array(_) => Self::ARRAY,
            Shape::Newtype(FieldShape { shape: Shape::Optional(inner), coercion, .. }) => {
                Self::read_by(inner, *coercion)
            }
            Shape::Newtype(field) => Self::read_by(&field.shape, field.coercion),
            Shape::Map(_) | Shape::Object(_) | Shape::Tagged(_) => Self::OBJECT,
        }
    }

    /// "an integer or a string"
    pub(super) const fn words(self, to: &mut Writer<'_>) {
        if self.is_none() {
            to.put("that no value fits");
        }
        let (mut at, mut rest) = (0, self);
        while at < NAMES.len() {
            let (_, kind, words) = NAMES[at];
            if rest.has(kind) {
                to.put(words);
                rest = Self(rest.0 & !kind.0);
                if !rest.is_none() {
                    to.put(" or ");
                }
            }
            at += 1;
        }
    }
}

/// A number before an integer, which is one.
const NAMES: [(&str, Kinds, &str); 7] = [
    ("object", Kinds::OBJECT, "an object"),
    ("array", Kinds::ARRAY, "an array"),
    ("number", Kinds::NUMBER, "a number"),
    ("integer", Kinds::INTEGER, "an integer"),
    ("boolean", Kinds::BOOLEAN, "true or false"),
    ("string", Kinds::STRING, "a string"),
    ("null", Kinds::NULL, "null"),
];
