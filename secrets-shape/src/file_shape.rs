//! The content of a schema file as constant data. The derive reads the file and generates this; [`fits`](crate::fits) compares it with a
//! type.
//!
//! Most places only have a kind, so the kinds are one byte string, indexed by place: the compiler parses that quickly.

/// The content of a schema file. Each value has a place, which is an index; place 0 is the whole secret.
#[derive(Debug, Clone, Copy)]
pub struct FileShape<'f> {
    /// The [`Kinds`] of each place, with [`DETAILED`] set if it has [`details`](Self::details). Inner places follow the outer one, next to
    /// their siblings.
    pub kinds: &'f [u8],
    /// The key of each place; empty if it has none.
    pub keys: &'f [&'f str],
    /// Sorted by place.
    pub details: &'f [(usize, Place)],
    pub constants: &'f [Constant<'f>],
    /// Groups of keys; an object must have at least one key of each.
    pub required: &'f [&'f [&'f str]],
    /// The objects paired with the fields of the type.
    pub objects: &'f [FileObject<'f>],
}

/// Flag in [`FileShape::kinds`]: the place has details.
pub const DETAILED: u8 = 128;

impl FileShape<'_> {
    pub const fn kinds(&self, at: usize) -> Kinds {
        Kinds(self.kinds[at] & !DETAILED)
    }

    pub const fn is_detailed(&self, at: usize) -> bool {
        self.kinds[at] & DETAILED != 0
    }

    pub const fn place(&self, at: usize) -> Place {
        // Binary search: the details are sorted by place.
        let (mut start, mut end) = (0, self.details.len());
        while self.is_detailed(at) && start < end {
            let middle = usize::midpoint(start, end);
            let (found, place) = self.details[middle];
            if found == at {
                return place;
            }
            if found < at {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        Place::of(self.kinds(at))
    }

    /// The place of a key in an object.
    pub const fn key(&self, place: usize, key: &str) -> Option<usize> {
        let Span(mut at, end) = self.place(place).keys;
        while at < end {
            if same(self.keys[at], key) {
                return Some(at);
            }
            at += 1;
        }
        None
    }
}

/// What a file says about one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The allowed kinds.
    pub kinds: Kinds,
    pub minimum: Option<i128>,
    pub maximum: Option<i128>,
    /// The allowed constants, if the file lists them.
    pub constants: Option<Span>,
    /// The places of an object's keys.
    pub keys: Span,
    /// Whether the object has no other keys.
    pub are_all_keys: bool,
    pub required: Span,
    /// The place for values under any other key.
    pub values: Option<usize>,
    pub items: Option<usize>,
    /// The place of the JSON document inside a string.
    pub content: Option<usize>,
    /// The places of the alternatives, if there are several.
    pub variants: Span,
}

/// A half-open range of indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub usize, pub usize);

impl Span {
    pub const NONE: Self = Self(0, 0);

    pub const fn is_empty(self) -> bool {
        self.0 >= self.1
    }

    /// Replaces an empty range by the canonical one.
    #[must_use]
    pub const fn or_none(self) -> Self {
        if self.is_empty() { Self::NONE } else { self }
    }
}

impl Place {
    /// A place with these kinds and no details.
    pub const fn of(kinds: Kinds) -> Self {
        Self {
            kinds,
            minimum: None,
            maximum: None,
            constants: None,
            keys: Span::NONE,
            are_all_keys: false,
            required: Span::NONE,
            values: None,
            items: None,
            content: None,
            variants: Span::NONE,
        }
    }
}

/// A constant of the file. The problem bits of constants come after those of all places.
#[derive(Debug, Clone, Copy)]
pub enum Constant<'f> {
    Null,
    Boolean,
    Text(&'f str),
    Integer(i128),
    /// A number that is not an integer.
    Number,
    /// An array or an object.
    Structure,
}

/// An object of the file, paired with a struct or a variant.
#[derive(Debug, Clone, Copy)]
pub struct FileObject<'f> {
    pub place: usize,
    pub variant: usize,
    /// How many of the shape's fields precede the paired ones: 1 for an enum's tag.
    pub tags: usize,
    /// Whether it also describes other variants, so that it cannot require the keys of one.
    pub is_shared: bool,
    /// The index of the first field's problems; those of the other fields follow.
    pub problems: usize,
    /// The place of each field's key, or [`NOWHERE`].
    pub places: &'f [u16],
    /// Further spellings of fields that the file has, with their places.
    pub aliases: &'f [(usize, u16)],
    /// For each field, 1 if the file requires its key.
    pub required: &'f [u8],
}

/// The file lacks the field's key.
pub const NOWHERE: u16 = u16::MAX;

/// Problems at a place, as bits.
pub mod problem {
    /// The type accepts none of the kinds.
    pub const KINDS: u8 = 1;
    /// The value may be null, which the type does not accept.
    pub const NULL: u8 = 2;
    /// The value may be absent, but the type requires it.
    pub const OPTIONAL: u8 = 4;
    /// The file lacks a key that the type requires.
    pub const MISSING: u8 = 8;
    /// A constant that the type does not accept.
    pub const CONSTANT: u8 = 16;
    /// The type accepts no number in the file's range.
    pub const RANGE: u8 = 32;
    /// The file requires a key that the type refuses.
    pub const UNREAD: u8 = 64;
    /// The file lacks the tag of the enum.
    pub const TAG: u8 = 128;
}

/// The outcome of a comparison. The derive's traits are implemented for `Verdict<true>`.
#[derive(Debug)]
pub struct Verdict<const FITS: bool>;

/// A set of JSON value kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Kinds(pub u8);

impl Kinds {
    pub const NONE: Self = Self(0);
    pub const NULL: Self = Self(1);
    pub const BOOLEAN: Self = Self(2);
    pub const INTEGER: Self = Self(4);
    /// Includes integers.
    pub const NUMBER: Self = Self(4 | 8);
    pub const STRING: Self = Self(16);
    pub const ARRAY: Self = Self(32);
    pub const OBJECT: Self = Self(64);
    pub const ALL: Self = Self(127);

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// String equality in constants.
pub const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}
