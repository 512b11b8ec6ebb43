//! Which types a rule is for. A rule of another type is a compile error on the field.

use std::collections::{BTreeMap, HashMap};

use secrecy::{ExposeSecret, SecretSlice, SecretString};

/// A type that `range(..)` can bound.
#[diagnostic::on_unimplemented(
    message = "`range` needs a number, and `{Self}` is none",
    label = "`range` does not apply to `{Self}`",
    note = "it applies to the integers and floats, and to `Option` of them; for the length of a text or a list write `length(..)`"
)]
pub trait Ranged {
    /// The number itself.
    type Bound: PartialOrd + Copy;

    /// The value to compare.
    fn bounded(&self) -> Bounded<'_, Self::Bound>;
}

/// A number to compare with the ends of a range; none, where there is nothing to judge.
#[derive(Debug)]
pub struct Bounded<'a, B>(Option<&'a B>);

impl<B: PartialOrd + Copy> Bounded<'_, B> {
    /// Whether the number, if there is one, is not below `min`.
    #[must_use]
    pub fn is_at_least(&self, min: B) -> bool {
        self.0.is_none_or(|value| *value >= min)
    }

    /// Whether the number, if there is one, is not above `max`.
    #[must_use]
    pub fn is_at_most(&self, max: B) -> bool {
        self.0.is_none_or(|value| *value <= max)
    }
}

macro_rules! ranged {
    ($($number:ty)*) => {$(
        impl Ranged for $number {
            type Bound = Self;

            fn bounded(&self) -> Bounded<'_, Self> {
                Bounded(Some(self))
            }
        }
    )*};
}

ranged!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64);

impl<T: Ranged> Ranged for Option<T> {
    type Bound = T::Bound;

    fn bounded(&self) -> Bounded<'_, T::Bound> {
        self.as_ref().map_or(Bounded(None), T::bounded)
    }
}

impl<T: Ranged> Ranged for Box<T> {
    type Bound = T::Bound;

    fn bounded(&self) -> Bounded<'_, T::Bound> {
        T::bounded(self)
    }
}

/// A type that `length(..)` can bound.
#[diagnostic::on_unimplemented(
    message = "`length` needs a string, a list or a map, and `{Self}` is none",
    label = "`length` does not apply to `{Self}`",
    note = "it applies to `String`, `SecretString`, `Vec` and string maps, and to `Option` of them; for the value of a number write `range(..)`"
)]
pub trait Measured {
    /// Code points of a text, bytes, items of a list, keys of a map; `None` where there is nothing to measure.
    fn measure(&self) -> Option<usize>;

    /// Whether the length lies between the ends, both included.
    fn has_length(&self, min: Option<u64>, max: Option<u64>) -> bool {
        self.measure().is_none_or(|length| is_between(length, min, max))
    }
}

fn is_between(length: usize, min: Option<u64>, max: Option<u64>) -> bool {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    min.is_none_or(|min| length >= min) && max.is_none_or(|max| length <= max)
}

impl Measured for str {
    fn measure(&self) -> Option<usize> {
        Some(self.chars().count())
    }

    fn has_length(&self, min: Option<u64>, max: Option<u64>) -> bool {
        // A code point has one to four bytes: often, their number decides.
        let (fewest, most) = (self.len().div_ceil(4), self.len());
        let is_sure = is_between(fewest, min, max) && is_between(most, min, max);
        is_sure || is_between(self.chars().count(), min, max)
    }
}

impl Measured for String {
    fn measure(&self) -> Option<usize> {
        self.as_str().measure()
    }

    fn has_length(&self, min: Option<u64>, max: Option<u64>) -> bool {
        self.as_str().has_length(min, max)
    }
}

impl Measured for SecretString {
    fn measure(&self) -> Option<usize> {
        self.expose_secret().measure()
    }

    fn has_length(&self, min: Option<u64>, max: Option<u64>) -> bool {
        self.expose_secret().has_length(min, max)
    }
}

impl<T> Measured for Vec<T> {
    fn measure(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T> Measured for BTreeMap<String, T> {
    fn measure(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T, S> Measured for HashMap<String, T, S> {
    fn measure(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Measured> Measured for Option<T> {
    fn measure(&self) -> Option<usize> {
        self.as_ref()?.measure()
    }
}

impl<T: Measured + ?Sized> Measured for Box<T> {
    fn measure(&self) -> Option<usize> {
        T::measure(self)
    }
}

impl Measured for SecretSlice<u8> {
    fn measure(&self) -> Option<usize> {
        Some(self.expose_secret().len())
    }
}

/// A type that `pattern = ".."` and `one_of(..)` can judge.
#[diagnostic::on_unimplemented(
    message = "`pattern` and `one_of` need a string, and `{Self}` is none",
    label = "`pattern` and `one_of` do not apply to `{Self}`",
    note = "they apply to `String`, `SecretString` and `Box<str>`, and to `Option` of them"
)]
pub trait Textual {
    /// The text; `None` where there is none to judge.
    fn text(&self) -> Option<&str>;
}

impl Textual for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Textual for Box<str> {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Textual for SecretString {
    fn text(&self) -> Option<&str> {
        Some(self.expose_secret())
    }
}

impl<T: Textual> Textual for Option<T> {
    fn text(&self) -> Option<&str> {
        self.as_ref()?.text()
    }
}

/// A type that can be flattened into an object.
#[diagnostic::on_unimplemented(
    message = "`flatten` needs a struct with `#[derive(Secret)]` or a string map, and `{Self}` is none",
    label = "`{Self}` cannot be flattened",
    note = "a struct takes its own keys, a map takes those that nobody else reads"
)]
pub trait Flatten {
    /// It can.
    const IS: ();
}

impl<T> Flatten for BTreeMap<String, T> {
    const IS: () = ();
}

impl<T, S> Flatten for HashMap<String, T, S> {
    const IS: () = ();
}

impl<T: Flatten> Flatten for Box<T> {
    const IS: () = ();
}

/// A type whose items `each(..)` can judge.
#[diagnostic::on_unimplemented(
    message = "`each` needs a list or a map, and `{Self}` is none",
    label = "`each` does not apply to `{Self}`",
    note = "it applies to `Vec` and string maps, and to `Option` of them; write the rule without `each(..)`"
)]
pub trait Each {
    /// What it holds.
    type Item;

    /// The items, with their index in a list.
    fn items(&self) -> impl Iterator<Item = (Option<usize>, &Self::Item)>;
}

impl<T> Each for Vec<T> {
    type Item = T;

    fn items(&self) -> impl Iterator<Item = (Option<usize>, &T)> {
        self.iter().enumerate().map(|(index, item)| (Some(index), item))
    }
}

impl<T> Each for BTreeMap<String, T> {
    type Item = T;

    fn items(&self) -> impl Iterator<Item = (Option<usize>, &T)> {
        self.values().map(|item| (None, item))
    }
}

impl<T, S> Each for HashMap<String, T, S> {
    type Item = T;

    fn items(&self) -> impl Iterator<Item = (Option<usize>, &T)> {
        self.values().map(|item| (None, item))
    }
}

impl<T: Each> Each for Option<T> {
    type Item = T::Item;

    fn items(&self) -> impl Iterator<Item = (Option<usize>, &T::Item)> {
        self.iter().flat_map(T::items)
    }
}

/// A type that is, borrows as, or may hold, the `T` that a `custom` function judges.
#[diagnostic::on_unimplemented(
    message = "the `custom` function takes `&{T}`, which `{Self}` does not hold",
    label = "expected a function of this type: `fn(&{Self}) -> Result<(), &'static str>`",
    note = "for an `Option`, the function takes what is inside; for a string it may take `&str`, for a `Vec` a slice"
)]
pub trait Holds<T: ?Sized> {
    /// The value; `None` where there is none to judge.
    fn held(&self) -> Option<&T>;
}

impl<T> Holds<T> for T {
    fn held(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T> Holds<T> for Option<T> {
    fn held(&self) -> Option<&T> {
        self.as_ref()
    }
}

impl<T> Holds<[T]> for Vec<T> {
    fn held(&self) -> Option<&[T]> {
        Some(self)
    }
}

impl<T> Holds<[T]> for Option<Vec<T>> {
    fn held(&self) -> Option<&[T]> {
        self.as_deref()
    }
}

macro_rules! holds_text {
    ($($text:ty)*) => {$(
        impl Holds<str> for $text {
            fn held(&self) -> Option<&str> {
                self.text()
            }
        }

        impl Holds<str> for Option<$text> {
            fn held(&self) -> Option<&str> {
                self.text()
            }
        }
    )*};
}

holds_text!(String Box<str> SecretString);

/// A type that `default = ".."` can be written for.
#[diagnostic::on_unimplemented(
    message = "this field's `default` is a text, and `{Self}` is none",
    label = "cannot be made from a string literal",
    note = "write a value of the field's type: `default = 5432`; any expression will do"
)]
pub trait TextDefault {
    /// The text as a value.
    fn text_default(text: &'static str) -> Self;
}

macro_rules! text_defaults {
    ($($text:ty)*) => {$(
        impl TextDefault for $text {
            fn text_default(text: &'static str) -> Self {
                text.into()
            }
        }
    )*};
}

text_defaults!(String Box<str> SecretString);

impl<T: TextDefault> TextDefault for Option<T> {
    fn text_default(text: &'static str) -> Self {
        Some(T::text_default(text))
    }
}
