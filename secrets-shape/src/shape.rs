//! What a type reads, as constant data: a single description for decoding, messages and tools.
//!
//! A [`Shape`] is composed at compile time through the associated constants of the field types, so that rustc, not the derive,
//! resolves aliases, newtypes and nested types.

use crate::number::Integer;
use crate::rule::Rule;

/// The JSON that a type accepts.
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
    /// A string that the named type's `FromStr` accepts.
    #[doc(hidden)]
    Parsed(&'static str, FromNumber),
    /// Bytes, encoded in a string.
    #[doc(hidden)]
    Bytes(Encoding),
    /// A JSON document inside a string.
    #[doc(hidden)]
    Embedded(&'static Shape),
    /// One of the names of a unit enum.
    #[doc(hidden)]
    Names(&'static [&'static str]),
    /// An integer within the bounds of the type.
    #[doc(hidden)]
    Integer { min: Integer, max: Integer, has_zero: bool },
    /// A number that is still finite when rounded to the type.
    #[doc(hidden)]
    Float(Precision),
    /// `true` or `false`.
    #[doc(hidden)]
    Boolean,
    /// Anything that the type's `Deserialize` accepts.
    #[doc(hidden)]
    Any,
    /// The inner shape, `null`, or nothing.
    #[doc(hidden)]
    Optional(&'static Shape),
    /// An array of the inner shape.
    #[doc(hidden)]
    Array(&'static Shape),
    /// An array of distinct items of the inner shape.
    #[doc(hidden)]
    Set(&'static Shape),
    /// An array with one item per shape, in order.
    #[doc(hidden)]
    Tuple(&'static [Shape]),
    /// An object with arbitrary keys. The keys, as strings, have one shape and the values another.
    #[doc(hidden)]
    Map { keys: &'static Shape, item: &'static Shape },
    /// An object with declared keys.
    #[doc(hidden)]
    Object(&'static ObjectShape),
    /// The shape of a newtype's field, with its rules.
    #[doc(hidden)]
    Newtype(&'static FieldShape),
    /// An object whose keys depend on the value of one of them.
    #[doc(hidden)]
    Tagged(&'static TaggedShape),
    /// A value that one of several variants accepts.
    #[doc(hidden)]
    Variants(&'static VariantsShape),
    /// The shape of a type that the derive cannot see, because it only sees tokens.
    #[doc(hidden)]
    Unknown,
}

/// Whether `from_str` also parses numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromNumber {
    /// No: the type is a string.
    Never,
    /// No; only `from_str(number)` would.
    Refused,
    /// `from_str(number)`
    Read,
}

/// How bytes are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Base64(Base64Form),
    /// Digits in either case.
    Hex,
}

/// The variant of base64. The default is the standard alphabet with padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Base64Form {
    /// The URL-safe alphabet.
    pub is_url: bool,
    pub is_unpadded: bool,
    /// Line breaks are skipped.
    pub is_lenient: bool,
}

/// The precision of a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    Single,
    Double,
}

#[doc(hidden)]
impl Shape {
    /// Whether values of this shape redact themselves, as derived types do.
    pub fn redacts_itself(&self) -> bool {
        match self {
            Self::Optional(inner) | Self::Array(inner) | Self::Set(inner) => inner.redacts_itself(),
            Self::Tuple(items) => items.iter().any(Self::redacts_itself),
            Self::Object(_) | Self::Tagged(_) | Self::Variants(_) | Self::Newtype(_) => true,
            _ => false,
        }
    }

    /// The keys of an object, or of one variant.
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

    /// How an object with a tag next to the keys of this shape handles unknown keys.
    #[must_use]
    pub const fn unknown_beside_tag(&self, own: Unknown) -> Unknown {
        match (own, self) {
            (Unknown::Ignored, Self::Object(object)) => object.unknown,
            _ => own,
        }
    }

    /// Whether an object of this shape declares the key.
    #[must_use]
    pub const fn has_key(&self, key: &str) -> bool {
        match self {
            Self::Object(object) => crate::fits::reads(object, key),
            _ => false,
        }
    }

    /// The shape of a variant's content.
    #[must_use]
    pub fn content(self, variant: usize) -> Self {
        match self {
            Self::Variants(variants) => variants.contents.get(variant).copied().flatten().unwrap_or(Self::Any),
            _ => Self::Any,
        }
    }

    /// Whether a secret of this shape can be a JSON object.
    pub const fn may_be_an_object(&self) -> bool {
        match self {
            Self::Optional(inner) => inner.may_be_an_object(),
            Self::Newtype(field) => field.shape.may_be_an_object(),
            Self::Variants(variants) => variants.may_be_an_object(),
            shape => matches!(shape, Self::Object(_) | Self::Tagged(_) | Self::Map { .. } | Self::Any | Self::Unknown),
        }
    }

    /// Whether a string can be coerced to this shape.
    pub const fn is_spelled(&self) -> bool {
        match self {
            Self::Optional(inner) => inner.is_spelled(),
            shape => matches!(shape, Self::Integer { .. } | Self::Float(_) | Self::Boolean),
        }
    }

    /// The shape of the items in an array or the values of a map.
    pub const fn item(&self) -> &Shape {
        match self {
            Self::Optional(inner) => inner.item(),
            Self::Array(item) | Self::Set(item) | Self::Map { item, .. } => item,
            // Rules only apply to tuples whose items have the same type.
            Self::Tuple([item, ..]) => item,
            other => other,
        }
    }

    /// An integer type with these bounds.
    pub const fn integer(min: i128, max: i128) -> Self {
        Self::Integer { min: Integer::Signed(min), max: Integer::Signed(max), has_zero: true }
    }

    /// A map with arbitrary string keys.
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

/// The keys that a struct or a variant reads.
#[derive(Debug, Clone, Copy)]
pub struct ObjectShape {
    /// The name of the Rust type.
    pub name: &'static str,
    /// From its doc comment.
    pub description: &'static str,
    /// In the order of the struct.
    pub fields: &'static [FieldShape],
    /// How a key that no field reads is handled.
    pub unknown: Unknown,
}

impl ObjectShape {
    /// No keys; all keys are ignored.
    pub const EMPTY: Self = Self { name: "", description: "", fields: &[], unknown: Unknown::Ignored };

    /// Whether a field of this object, or of a struct flattened into it, reads `key`.
    pub fn reads(&self, key: &str) -> bool {
        self.fields.iter().any(|field| match (field.placement, field.shape) {
            (Placement::Flattened, Shape::Object(inner)) => inner.reads(key),
            (Placement::Flattened, _) => false,
            (Placement::Keyed, _) => field.keys.contains(&key),
        })
    }

    /// The flattened map that takes the keys that no field reads.
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
    /// The name of the Rust type.
    pub name: &'static str,
    /// From its doc comment.
    pub description: &'static str,
    /// The key that tells the variants apart.
    pub tag: &'static str,
    /// The tag values, in the order of the variants.
    pub names: &'static [&'static str],
    /// The keys of each variant, starting with the tag.
    pub variants: &'static [ObjectShape],
}

/// The variants of an enum without a tag key.
#[derive(Debug, Clone, Copy)]
pub struct VariantsShape {
    /// The name of the Rust type.
    pub name: &'static str,
    /// From its doc comment.
    pub description: &'static str,
    pub telling: Telling,
    pub names: &'static [&'static str],
    /// The content of each variant; `None` for a unit variant.
    pub contents: &'static [Option<Shape>],
}

/// How variants are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// By the only key of an object, whose value is the content; a unit variant is a string.
    Name,
    /// By trying: the first variant that accepts the value wins.
    Content,
}

impl VariantsShape {
    /// The names of the variants with content, or of those without.
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

/// How an object handles keys that no field reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    Ignored,
    Denied,
}

/// A field of a derived struct.
#[derive(Debug, Clone, Copy)]
pub struct FieldShape {
    /// The key, then its aliases; empty if the field is flattened.
    pub keys: &'static [&'static str],
    /// From its doc comment.
    pub description: &'static str,
    /// The shape of the value, before rules.
    pub shape: Shape,
    /// The validation rules.
    pub rules: &'static [Rule],
    /// Where the value is found.
    pub placement: Placement,
    /// What happens if the key is absent or `null`.
    pub absence: Absence,
    /// Whether strings are coerced to numbers and booleans.
    pub coercion: Coercion,
    /// Whether the value may be shown.
    pub exposure: Exposure,
}

impl FieldShape {
    /// The values that most fields have.
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
    /// Whether the key is required.
    pub const fn is_required(&self) -> bool {
        matches!(self.absence, Absence::OfType) && !self.shape.is_optional()
    }
}

/// Where a field's value is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Under its key.
    Keyed,
    /// `flatten`: its keys are those of the surrounding object.
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

/// Whether a string may stand for a number or a boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coercion {
    FromString,
    /// `strict`
    None,
    /// `lenient`: also accepts surrounding spaces, leading zeros and any case; an empty string may mean an absent value.
    Lenient,
}

/// Whether `Debug` and tools may show a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    Secret,
    /// `public`
    Public,
}
