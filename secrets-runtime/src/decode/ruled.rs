//! Which types a rule is for. A rule of another type is a compile error on the field.

use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

use secrecy::{ExposeSecret, SecretSlice, SecretString};
use secrets_shape::rule::Judged;

/// A type that `range(..)` can bound.
#[diagnostic::on_unimplemented(
    message = "`range` and `multiple_of` apply to numbers, and `{Self}` is not a number",
    label = "they do not apply to `{Self}`",
    note = "`range` applies to the integers and floats, `multiple_of` to the integers, both to `Option` of them; for the length of a text or a list write `length(..)`"
)]
pub trait Ranged {
    /// The number itself.
    type Bound;

    /// The number, unless there is nothing to judge.
    fn bounded(&self) -> Bounded<Self::Bound>;
}

/// A number to compare with ends of type `B`; none, where there is nothing to judge.
#[derive(Debug, Clone, Copy)]
pub struct Bounded<B>(Option<Judged<'static>>, PhantomData<B>);

impl<B> Bounded<B> {
    pub fn judged(&self) -> Option<Judged<'static>> {
        self.0
    }
}

macro_rules! ranged {
    ($($number:ty => |$value:ident| $judged:expr;)*) => {$(
        impl Ranged for $number {
            type Bound = Self;

            fn bounded(&self) -> Bounded<Self> {
                let $value = *self;
                Bounded(Some($judged), PhantomData)
            }
        }
    )*};
}

ranged! {
    i8 => |value| Judged::Integer(value.into());
    i16 => |value| Judged::Integer(value.into());
    i32 => |value| Judged::Integer(value.into());
    i64 => |value| Judged::Integer(value.into());
    // Every integer of up to 64 bits fits an `i128`; there is no `From<usize>` to say so.
    isize => |value| Judged::Integer(value as i128);
    u8 => |value| Judged::Integer(value.into());
    u16 => |value| Judged::Integer(value.into());
    u32 => |value| Judged::Integer(value.into());
    u64 => |value| Judged::Integer(value.into());
    usize => |value| Judged::Integer(value as i128);
    f32 => |value| Judged::Single(value);
    f64 => |value| Judged::Double(value);
}

impl<T: Ranged> Ranged for Option<T> {
    type Bound = T::Bound;

    fn bounded(&self) -> Bounded<T::Bound> {
        self.as_ref().map_or(Bounded(None, PhantomData), T::bounded)
    }
}

impl<T: Ranged> Ranged for Box<T> {
    type Bound = T::Bound;

    fn bounded(&self) -> Bounded<T::Bound> {
        T::bounded(self)
    }
}

/// A type that `length(..)` can bound.
#[diagnostic::on_unimplemented(
    message = "`length` applies to strings, lists and maps, and `{Self}` is none of them",
    label = "`length` does not apply to `{Self}`",
    note = "it applies to `String`, `SecretString`, `Vec` and string maps, and to `Option` of them; for the value of a number write `range(..)`"
)]
pub trait Measured {
    /// A text, or the number of bytes, items or keys; `None` where there is nothing to measure.
    fn measured(&self) -> Option<Judged<'_>>;
}

impl Measured for str {
    fn measured(&self) -> Option<Judged<'_>> {
        Some(Judged::Text(self))
    }
}

impl Measured for String {
    fn measured(&self) -> Option<Judged<'_>> {
        Some(Judged::Text(self))
    }
}

impl Measured for SecretString {
    fn measured(&self) -> Option<Judged<'_>> {
        Some(Judged::Text(self.expose_secret()))
    }
}

impl<T> Measured for Vec<T> {
    fn measured(&self) -> Option<Judged<'_>> {
        Some(Judged::Count(self.len()))
    }
}

impl<T> Measured for BTreeMap<String, T> {
    fn measured(&self) -> Option<Judged<'_>> {
        Some(Judged::Count(self.len()))
    }
}

impl<T, S> Measured for HashMap<String, T, S> {
    fn measured(&self) -> Option<Judged<'_>> {
        Some(Judged::Count(self.len()))
    }
}

impl<T: Measured> Measured for Option<T> {
    fn measured(&self) -> Option<Judged<'_>> {
        self.as_ref()?.measured()
    }
}

impl<T: Measured + ?Sized> Measured for Box<T> {
    fn measured(&self) -> Option<Judged<'_>> {
        T::measured(self)
    }
}

impl Measured for SecretSlice<u8> {
    fn measured(&self) -> Option<Judged<'_>> {
        Some(Judged::Count(self.expose_secret().len()))
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
