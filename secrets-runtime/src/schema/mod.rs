//! What a type reads, as constant data: the one description that decoding, messages and tools share.
//!
//! A [`Shape`] is composed at compile time through the associated constants of the field types, so
//! that rustc, not the derive, resolves aliases, newtypes and nested types.

mod check;
mod constants;
mod contract;
#[cfg(feature = "descriptor")]
mod descriptor;
mod file;
mod json_schema;
mod kinds;
mod messages;
mod near;
mod problem;
mod reader;
mod sift;
mod spelling;
mod variants;
mod words;
mod writer;

pub use contract::Contract;
#[cfg(feature = "descriptor")]
pub use descriptor::{Descriptor, Draft};
pub(crate) use json_schema::document as json_schema;
pub use messages::problems;
pub use reader::capacity;
pub(crate) use words::short;

/// What JSON a type accepts.
///
/// Read it from [`SecretValue::SHAPE`](crate::SecretValue::SHAPE). Its variants and their contents are not a public
/// interface before 1.0.
///
/// ```
/// use secrets_runtime::{SecretValue, Shape};
///
/// const SHAPE: Shape = <Option<String>>::SHAPE;
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Shape {
    /// A string.
    #[doc(hidden)]
    String,
    /// A string that a type's `FromStr` accepts.
    #[doc(hidden)]
    Parsed { type_name: fn() -> &'static str },
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
    Integer { min: i128, max: i128 },
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
    /// An object with any keys, each value of the inner shape.
    #[doc(hidden)]
    Map(&'static Shape),
    /// An object with declared keys.
    #[doc(hidden)]
    Object(&'static ObjectShape),
    /// The shape of a newtype's field, under its rules.
    #[doc(hidden)]
    Newtype(&'static FieldShape),
    /// An object whose keys depend on the value of one of them.
    #[doc(hidden)]
    Tagged(&'static TaggedShape),
}

/// How bytes are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub enum Encoding {
    /// The standard alphabet, padded.
    Base64,
    /// Digits of either case.
    Hex,
}

/// How precise a float is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub enum Precision {
    Single,
    Double,
}

impl Shape {
    /// Whether values of this shape hide what is secret in them on their own, as derived types do.
    pub(crate) fn redacts_itself(&self) -> bool {
        match self {
            Shape::Optional(inner) | Shape::Array(inner) => inner.redacts_itself(),
            Shape::Object(_) | Shape::Tagged(_) | Shape::Newtype(_) => true,
            _ => false,
        }
    }

    /// The keys that an object has, if it is the one of this variant.
    pub(crate) fn object(self, variant: usize) -> &'static ObjectShape {
        match self {
            Shape::Object(object) => object,
            Shape::Tagged(tagged) => tagged.variants.get(variant).unwrap_or(&ObjectShape::EMPTY),
            _ => &ObjectShape::EMPTY,
        }
    }

    /// What an array or a map holds.
    pub(crate) const fn item(&self) -> &Shape {
        match self {
            Shape::Optional(inner) => inner.item(),
            Shape::Array(item) | Shape::Map(item) => item,
            other => other,
        }
    }
}

/// The keys a derived struct, or a variant of an enum, reads.
#[derive(Debug, Clone, Copy)]
#[doc(hidden)]
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

    /// As `reads`, of a key as a JSON text spells it.
    pub(crate) const fn spells_a_key(&self, key: &[u8]) -> bool {
        let mut at = 0;
        while at < self.fields.len() {
            let field = &self.fields[at];
            let is_read = match (field.placement, &field.shape) {
                (Placement::Flattened, Shape::Object(inner)) => inner.spells_a_key(key),
                (Placement::Flattened, _) => false,
                (Placement::Keyed, _) => spelling::one_spells(key, field.keys),
            };
            if is_read {
                return true;
            }
            at += 1;
        }
        false
    }

    /// Whether a field of this object, or of a struct that is flattened into it, reads `key`.
    pub(crate) fn reads(&self, key: &str) -> bool {
        self.fields.iter().any(|field| match (field.placement, field.shape) {
            (Placement::Flattened, Shape::Object(inner)) => inner.reads(key),
            (Placement::Flattened, _) => false,
            (Placement::Keyed, _) => field.keys.contains(&key),
        })
    }

    /// Whether a map is flattened into this object, which reads all that nothing else does.
    pub(crate) fn reads_the_rest(&self) -> bool {
        self.fields.iter().any(|field| match (field.placement, field.shape) {
            (Placement::Flattened, Shape::Object(inner)) => inner.reads_the_rest(),
            (placement, _) => placement == Placement::Flattened,
        })
    }
}

/// The variants of an internally tagged enum.
#[derive(Debug, Clone, Copy)]
#[doc(hidden)]
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

/// What an object does with keys that no field reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub enum Unknown {
    Ignored,
    Denied,
}

/// One field of a derived struct.
#[derive(Debug, Clone, Copy)]
#[doc(hidden)]
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

/// Where a field's value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub enum Placement {
    /// Under its key.
    Keyed,
    /// `flatten`: its keys are the object's own.
    Flattened,
}

/// What an absent or `null` key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub enum Absence {
    /// A violation, unless the type itself reads absence (`Option`).
    OfType,
    /// The field's or the container's default.
    Default,
}

/// Whether a string may spell a number or a boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub enum Coercion {
    FromString,
    /// `strict`
    None,
}

/// Whether `Debug` and tools may show a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(hidden)]
pub enum Exposure {
    Secret,
    /// `public`
    Public,
}

/// What a value must obey beyond its shape.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
#[doc(hidden)]
pub enum Rule {
    /// `range(..)`: both ends included.
    Range { min: Option<Bound>, max: Option<Bound> },
    /// `length(..)`: code points of a string, bytes, items of an array, keys of a map; both ends included.
    Length { min: Option<u64>, max: Option<u64> },
    /// `pattern = ".."`: as written, for JSON Schema.
    Pattern(&'static str),
    /// `one_of(..)`
    OneOf(&'static [&'static str]),
    /// `each(..)`: what every item of an array, or every value of a map, must obey.
    Each(&'static [Rule]),
}

/// What `each(..)` asks of the items, among the rules of an array or map.
pub(crate) const fn rules_of_items(rules: &'static [Rule]) -> &'static [Rule] {
    let mut at = 0;
    while at < rules.len() {
        if let Rule::Each(rules) = rules[at] {
            return rules;
        }
        at += 1;
    }
    &[]
}

/// One end of a range, as the declaration writes it.
#[derive(Debug, Clone, Copy)]
#[doc(hidden)]
pub enum Bound {
    Integer(i128),
    /// A float, and how JSON spells it.
    Float(f64, &'static str),
}
