//! What a type reads, as constant data: the one description that decoding, messages and tools share.
//!
//! A [`Shape`] is composed at compile time through the associated constants of the field types, so
//! that rustc, not the derive, resolves aliases, newtypes and nested types.

use crate::number::Integer;
use crate::rule::Rule;

/// What JSON a type accepts.
///
/// Read it from `SecretValue::SHAPE`. Its variants and their contents are not a public interface before 1.0.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A string.
    #[doc(hidden)]
    String,
    /// A duration: `1h30m`.
    #[doc(hidden)]
    Duration,
    /// A string that the `FromStr` of the type of this name accepts.
    #[doc(hidden)]
    Parsed(&'static str, FromNumber),
    /// Bytes, spelled in a string.
    #[doc(hidden)]
    Bytes(Encoding),
    /// A JSON document inside a string.
    #[doc(hidden)]
    Embedded(&'static Shape),
    /// One of the names of a unit enum.
    #[doc(hidden)]
    Names(&'static [&'static str]),
    /// An integer within the type's own bounds.
    #[doc(hidden)]
    Integer { min: Integer, max: Integer, has_zero: bool },
    /// A number that is finite once it is rounded to the type.
    #[doc(hidden)]
    Float(Precision),
    /// `true` or `false`.
    #[doc(hidden)]
    Boolean,
    /// Whatever a type's `Deserialize` accepts.
    #[doc(hidden)]
    Any,
    /// The inner shape, `null`, or nothing.
    #[doc(hidden)]
    Optional(&'static Shape),
    /// An array of the inner shape.
    #[doc(hidden)]
    Array(&'static Shape),
    /// An array of items of the inner shape, no two of which are one.
    #[doc(hidden)]
    Set(&'static Shape),
    /// An array of as many items as there are shapes, in their order.
    #[doc(hidden)]
    Tuple(&'static [Shape]),
    /// An object with any keys that are, as strings, of one shape, each value of another.
    #[doc(hidden)]
    Map { keys: &'static Shape, item: &'static Shape },
    /// An object with declared keys.
    #[doc(hidden)]
    Object(&'static ObjectShape),
    /// The shape of a newtype's field, under its rules.
    #[doc(hidden)]
    Newtype(&'static FieldShape),
    /// An object whose keys depend on the value of one of them.
    #[doc(hidden)]
    Tagged(&'static TaggedShape),
    /// A value that one of several variants reads.
    #[doc(hidden)]
    Variants(&'static VariantsShape),
    /// That of a type which the derive does not know: it sees tokens.
    #[doc(hidden)]
    Unknown,
}

/// Whether the text of an integer is parsed as that of a string is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromNumber {
    /// No: a string is what the type is.
    Never,
    /// No; `from_str(number)` would.
    Refused,
    /// `from_str(number)`
    Read,
}

/// How bytes are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Base64(Base64Form),
    /// Digits of either case.
    Hex,
}

/// Which base64: the standard alphabet and padded, unless it says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Base64Form {
    /// The alphabet of URLs and file names.
    pub is_url: bool,
    pub is_unpadded: bool,
    /// Line ends are skipped.
    pub is_lenient: bool,
}

/// How precise a float is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    Single,
    Double,
}

#[doc(hidden)]
impl Shape {
    /// Whether values of this shape hide what is secret in them on their own, as derived types do.
    pub fn redacts_itself(&self) -> bool {
        match self {
            Self::Optional(inner) | Self::Array(inner) | Self::Set(inner) => inner.redacts_itself(),
            Self::Tuple(items) => items.iter().any(Self::redacts_itself),
            Self::Object(_) | Self::Tagged(_) | Self::Variants(_) | Self::Newtype(_) => true,
            _ => false,
        }
    }

    /// The keys that an object has, or those of one variant.
    pub fn object(self, variant: usize) -> &'static ObjectShape {
        match self {
            Self::Object(object) => object,
            Self::Tagged(tagged) => tagged.variants.get(variant).unwrap_or(&ObjectShape::EMPTY),
            Self::Variants(variants) => match variants.contents.get(variant) {
                Some(Some(Self::Object(object))) => object,
                _ => &ObjectShape::EMPTY,
            },
            _ => &ObjectShape::EMPTY,
        }
    }

    /// What an object does with unknown keys that has a tag beside the keys of this shape.
    #[must_use]
    pub const fn unknown_beside_tag(&self, own: Unknown) -> Unknown {
        match (own, self) {
            (Unknown::Ignored, Self::Object(object)) => object.unknown,
            _ => own,
        }
    }

    /// Whether a declared key of an object of this shape is this one.
    #[must_use]
    pub const fn has_key(&self, key: &str) -> bool {
        match self {
            Self::Object(object) => crate::fits::reads(object, key),
            _ => false,
        }
    }

    /// What a variant holds.
    #[must_use]
    pub fn content(self, variant: usize) -> Self {
        match self {
            Self::Variants(variants) => variants.contents.get(variant).copied().flatten().unwrap_or(Self::Any),
            _ => Self::Any,
        }
    }

    /// Whether the JSON of a secret may have this shape.
    pub const fn may_be_an_object(&self) -> bool {
        match self {
            Self::Optional(inner) => inner.may_be_an_object(),
            Self::Newtype(field) => field.shape.may_be_an_object(),
            Self::Variants(variants) => variants.may_be_an_object(),
            shape => matches!(shape, Self::Object(_) | Self::Tagged(_) | Self::Map { .. } | Self::Any | Self::Unknown),
        }
    }

    /// Whether strings may spell values of this shape.
    pub const fn is_spelled(&self) -> bool {
        match self {
            Self::Optional(inner) => inner.is_spelled(),
            shape => matches!(shape, Self::Integer { .. } | Self::Float(_) | Self::Boolean),
        }
    }

    /// What an array or a map holds.
    pub const fn item(&self) -> &Shape {
        match self {
            Self::Optional(inner) => inner.item(),
            Self::Array(item) | Self::Set(item) | Self::Map { item, .. } => item,
            // What rules judge has items of one type.
            Self::Tuple([item, ..]) => item,
            other => other,
        }
    }

    /// An integer of a type that holds these and all between them.
    pub const fn integer(min: i128, max: i128) -> Self {
        Self::Integer { min: Integer::Signed(min), max: Integer::Signed(max), has_zero: true }
    }

    /// A map whose keys are any strings.
    pub const fn map(item: &'static Self) -> Self {
        Self::Map { keys: &Self::String, item }
    }

    /// Whether a value of this shape may be absent or `null`.
    pub const fn is_optional(&self) -> bool {
        match self {
            Self::Optional(_) | Self::Any => true,
            Self::Embedded(inner) => inner.is_optional(),
            _ => false,
        }
    }
}

/// The keys a derived struct, or a variant of an enum, reads.
#[derive(Debug, Clone, Copy)]
pub struct ObjectShape {
    /// The Rust name of the type.
    pub name: &'static str,
    /// What its documentation says.
    pub description: &'static str,
    /// In the order of the struct's fields.
    pub fields: &'static [FieldShape],
    /// What to do with a key that no field reads.
    pub unknown: Unknown,
}

impl ObjectShape {
    /// No keys, the others ignored.
    pub const EMPTY: Self = Self { name: "", description: "", fields: &[], unknown: Unknown::Ignored };

    /// Whether a field of this object, or of a struct that is flattened into it, reads `key`.
    pub fn reads(&self, key: &str) -> bool {
        self.fields.iter().any(|field| match (field.placement, field.shape) {
            (Placement::Flattened, Shape::Object(inner)) => inner.reads(key),
            (Placement::Flattened, _) => false,
            (Placement::Keyed, _) => field.keys.contains(&key),
        })
    }

    /// The map that is flattened into this object, and takes the keys which no field reads.
    pub const fn rest(&self) -> Option<&'static FieldShape> {
        let mut at = 0;
        while at < self.fields.len() {
            let field = &self.fields[at];
            match (field.placement, &field.shape) {
                (Placement::Flattened, Shape::Object(inner)) => {
                    if let Some(rest) = inner.rest() {
                        return Some(rest);
                    }
                }
                (Placement::Flattened, _) => return Some(field),
                (Placement::Keyed, _) => {}
            }
            at += 1;
        }
        None
    }
}

/// The variants of an internally tagged enum.
#[derive(Debug, Clone, Copy)]
pub struct TaggedShape {
    /// The Rust name of the type.
    pub name: &'static str,
    /// What its documentation says.
    pub description: &'static str,
    /// The key that tells the variants apart.
    pub tag: &'static str,
    /// The values of the tag, in the order of the variants.
    pub names: &'static [&'static str],
    /// The keys of each variant; the tag is the first.
    pub variants: &'static [ObjectShape],
}

/// The variants of an enum whose objects have no tag.
#[derive(Debug, Clone, Copy)]
pub struct VariantsShape {
    /// The Rust name of the type.
    pub name: &'static str,
    /// What its documentation says.
    pub description: &'static str,
    pub telling: Telling,
    pub names: &'static [&'static str],
    /// What each variant holds; nothing where it is its name alone.
    pub contents: &'static [Option<Shape>],
}

/// What tells variants apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// The only key of an object, which holds the value; or a string, of a variant that holds none.
    Name,
    /// Nothing: the first that reads the value is it.
    Content,
}

impl VariantsShape {
    /// The names of those that hold a value, or of those that do not.
    pub fn names_of(&self, has_content: bool) -> Vec<&'static str> {
        let all = self.names.iter().zip(self.contents);
        all.filter(|(_, content)| content.is_some() == has_content).map(|(name, _)| *name).collect()
    }

    const fn may_be_an_object(&self) -> bool {
        let mut at = 0;
        while at < self.contents.len() {
            if let (Some(content), Telling::Content) = (&self.contents[at], self.telling)
                && content.may_be_an_object()
            {
                return true;
            }
            if self.contents[at].is_some() && matches!(self.telling, Telling::Name) {
                return true;
            }
            at += 1;
        }
        false
    }
}

/// What an object does with keys that no field reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    Ignored,
    Denied,
}

/// One field of a derived struct.
#[derive(Debug, Clone, Copy)]
pub struct FieldShape {
    /// The key, then its aliases; none if it is flattened.
    pub keys: &'static [&'static str],
    /// What its documentation says.
    pub description: &'static str,
    /// What the value must be, before the rules.
    pub shape: Shape,
    /// What else the value must obey.
    pub rules: &'static [Rule],
    /// Where its value stands.
    pub placement: Placement,
    /// What stands in when the key is absent or `null`.
    pub absence: Absence,
    /// Whether strings are read as the numbers and booleans they spell.
    pub coercion: Coercion,
    /// Whether the value may be shown.
    pub exposure: Exposure,
}

impl FieldShape {
    /// What most fields are.
    pub const PLAIN: Self = Self {
        keys: &[],
        description: "",
        shape: Shape::Any,
        rules: &[],
        placement: Placement::Keyed,
        absence: Absence::OfType,
        coercion: Coercion::FromString,
        exposure: Exposure::Secret,
    };
}

impl FieldShape {
    /// Whether the key must be there.
    pub const fn is_required(&self) -> bool {
        matches!(self.absence, Absence::OfType) && !self.shape.is_optional()
    }
}

/// Where a field's value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Under its key.
    Keyed,
    /// `flatten`: its keys are the object's own.
    Flattened,
}

/// What an absent or `null` key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// A violation, unless the type itself reads absence (`Option`).
    OfType,
    /// The field's or the container's default.
    Default,
}

/// Whether a string may spell a number or a boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coercion {
    FromString,
    /// `strict`
    None,
    /// `lenient`: also with spaces around them, zeros before them, capitals in them; an empty one may stand for nothing.
    Lenient,
}

/// Whether `Debug` and tools may show a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    Secret,
    /// `public`
    Public,
}
