//! What a schema file says of a secret, as constant data: the derive reads the file and writes it, [`fits`](crate::fits) compares.
//!
//! Most of what a file says of a value is its kind, so kinds are one text of bytes, by position: a compiler reads that at once.

/// What a schema file says of a secret. Each of its values has a place, a number; the whole secret is the first.
#[derive(Debug, Clone, Copy)]
pub struct FileShape<'f> {
    /// The [`Kinds`] of each place, with [`DETAILED`] where [`details`](Self::details) says more. A place that stands in another
    /// follows it, next to its siblings.
    pub kinds: &'f [u8],
    /// The key of each place; empty where a place has no key.
    pub keys: &'f [&'f str],
    /// In the order of the places.
    pub details: &'f [(usize, Place)],
    pub constants: &'f [Constant<'f>],
    /// Sets of keys, one of each of which must be there.
    pub required: &'f [&'f [&'f str]],
    /// The objects that are paired with the fields of the type.
    pub objects: &'f [FileObject<'f>],
}

/// In [`FileShape::kinds`]: more is known than the kinds.
pub const DETAILED: u8 = 128;

impl FileShape<'_> {
    pub const fn kinds(&self, at: usize) -> Kinds {
        Kinds(self.kinds[at] & !DETAILED)
    }

    pub const fn is_detailed(&self, at: usize) -> bool {
        self.kinds[at] & DETAILED != 0
    }

    pub const fn place(&self, at: usize) -> Place {
        // They stand in order: each half that cannot have it is left out.
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

/// What a file says of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which kinds of value it may be.
    pub kinds: Kinds,
    pub minimum: Option<i128>,
    pub maximum: Option<i128>,
    /// The constants that it may be, if the file lists them.
    pub constants: Option<Span>,
    /// The values under the keys of an object.
    pub keys: Span,
    /// Whether these are all keys that there are.
    pub are_all_keys: bool,
    pub required: Span,
    /// What may be under any other key.
    pub values: Option<usize>,
    pub items: Option<usize>,
    /// The document in a string.
    pub content: Option<usize>,
    /// The alternatives, if there are several.
    pub variants: Span,
}

/// From one position to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub usize, pub usize);

impl Span {
    pub const NONE: Self = Self(0, 0);

    pub const fn is_empty(self) -> bool {
        self.0 >= self.1
    }

    /// The same, where nothing is nowhere.
    #[must_use]
    pub const fn or_none(self) -> Self {
        if self.is_empty() { Self::NONE } else { self }
    }
}

impl Place {
    /// A value of these kinds, of which nothing else is said.
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

/// A constant, and what it is. Its problems stand after those of all places.
#[derive(Debug, Clone, Copy)]
pub enum Constant<'f> {
    Null,
    Boolean,
    Text(&'f str),
    Integer(i128),
    /// Another number.
    Number,
    /// An array or an object.
    Structure,
}

/// An object of the file that is compared with a struct, or with a variant of an enum.
#[derive(Debug, Clone, Copy)]
pub struct FileObject<'f> {
    pub place: usize,
    pub variant: usize,
    /// How many fields of the shape come before those that were paired: the tag of an enum.
    pub tags: usize,
    /// Whether it describes other variants as well, so that it cannot require the keys of one.
    pub is_shared: bool,
    /// Where the problems of its first field stand; those of the next field follow.
    pub problems: usize,
    /// The place of each field's key, or [`NOWHERE`].
    pub places: &'f [u16],
    /// Fields of which the file has another spelling as well, and its place.
    pub aliases: &'f [(usize, u16)],
    /// Whether a field's key must be there: 1 or 0 for each.
    pub required: &'f [u8],
}

/// The file does not have the key of a field.
pub const NOWHERE: u16 = u16::MAX;

/// What may be wrong at a place, as bits.
pub mod problem {
    /// The type reads none of the kinds.
    pub const KINDS: u8 = 1;
    /// It may be null, which the type does not read.
    pub const NULL: u8 = 2;
    /// It may be absent, and the type requires it.
    pub const OPTIONAL: u8 = 4;
    /// The type requires it, or a key in it, and the file does not have that.
    pub const MISSING: u8 = 8;
    /// A constant that the type does not read.
    pub const CONSTANT: u8 = 16;
    /// The type reads no number of this range.
    pub const RANGE: u8 = 32;
    /// A key that the file requires and the type refuses.
    pub const UNREAD: u8 = 64;
    /// The file does not name the tag that tells the variants of the type apart.
    pub const TAG: u8 = 128;
}

/// Whether there is no problem: `Verdict<true>`, as the traits that the derive writes have it.
#[derive(Debug)]
pub struct Verdict<const FITS: bool>;

/// Which kinds of JSON values there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Kinds(pub u8);

impl Kinds {
    pub const NONE: Self = Self(0);
    pub const NULL: Self = Self(1);
    pub const BOOLEAN: Self = Self(2);
    pub const INTEGER: Self = Self(4);
    /// Integers among them.
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

/// Whether two texts are one, for constants.
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
