//! Which types a rule applies to. A rule on another type is a compile error at the field.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;
use std::num::NonZero;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretBox, SecretString};
use secrets_shape::number::Integer;
use secrets_shape::rule::Judged;
use zeroize::{Zeroize, Zeroizing};

/// A type that `range(..)` can bound.
#[diagnostic::on_unimplemented(
    message = "`range` and `multiple_of` apply to numbers, and `{Self}` is not a number",
    label = "not a number",
    note = "the numbers in a list or map are judged with `each(range(..))`, the length of a text, list or map with `length(..)`",
    note = "what a value of another type has to be is a function's to say: `custom = path::to::function`; `multiple_of` is for integers"
)]
pub trait Ranged {
    /// The type of the number.
    type Bound;

    /// The number, if there is one to judge.
    fn bounded(&self) -> Bounded<Self::Bound>;
}

/// A number to compare with bounds of type `B`, if there is one to judge.
#[derive(Debug, Clone, Copy)]
pub struct Bounded<B>(Option<Judged<'static>>, PhantomData<B>);

impl<B> Bounded<B> {
    pub fn judged(&self) -> Option<Judged<'static>> {
        self.0
    }
}

macro_rules! ranged {
    ($($number:ty => |$value:ident| $judged:expr;)*) => {$(
        #[allow(clippy::cast_lossless, reason = "the same for all of them, and none is cut")]
        #[diagnostic::do_not_recommend]
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
    f32 => |value| Judged::Single(value);
    f64 => |value| Judged::Double(value);
}

macro_rules! ranged_integers {
    ($($integer:ty: $wide:expr,)*) => {
        ranged!($($integer => |value| Judged::Integer($wide(value as _));)*);

        $(#[diagnostic::do_not_recommend]
        impl Ranged for NonZero<$integer> {
            type Bound = $integer;

            fn bounded(&self) -> Bounded<$integer> {
                self.get().bounded()
            }
        })*
    };
}

ranged_integers! {
    i8: Integer::Signed, i16: Integer::Signed, i32: Integer::Signed, i64: Integer::Signed, i128: Integer::Signed,
    isize: Integer::Signed,
    u8: Integer::unsigned, u16: Integer::unsigned, u32: Integer::unsigned, u64: Integer::unsigned, u128: Integer::unsigned,
    usize: Integer::unsigned,
}

impl<T: Ranged> Ranged for Option<T> {
    type Bound = T::Bound;

    fn bounded(&self) -> Bounded<T::Bound> {
        self.as_ref().map_or(Bounded(None, PhantomData), T::bounded)
    }
}

/// A type that `length(..)` can bound.
#[diagnostic::on_unimplemented(
    message = "`length` applies to strings, lists, sets and maps, and `{Self}` is not one of them",
    label = "has no length",
    note = "a number is judged with `range(..)`, a value of another type with `custom = path::to::function`"
)]
pub trait Measured {
    /// A text, or the number of bytes, items or keys; `None` if there is nothing to measure.
    fn measured(&self) -> Option<Judged<'_>>;
}

#[diagnostic::do_not_recommend]
impl Measured for str {
    fn measured(&self) -> Option<Judged<'_>> {
        Some(Judged::Text(self))
    }
}

#[diagnostic::do_not_recommend]
impl Measured for String {
    fn measured(&self) -> Option<Judged<'_>> {
        self.as_str().measured()
    }
}

#[diagnostic::do_not_recommend]
impl Measured for Cow<'_, str> {
    fn measured(&self) -> Option<Judged<'_>> {
        str::measured(self)
    }
}

macro_rules! counted {
    ($([$($parameters:tt)*] $type:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> Measured for $type {
            fn measured(&self) -> Option<Judged<'_>> {
                Some(Judged::Count(self.len()))
            }
        }
    )*};
}

counted! {
    [T] [T];
    [T] Vec<T>;
    [T] VecDeque<T>;
    [T] BTreeSet<T>;
    [T, S] HashSet<T, S>;
    [K, T] BTreeMap<K, T>;
    [K, T, S] HashMap<K, T, S>;
}

impl<T: Measured> Measured for Option<T> {
    fn measured(&self) -> Option<Judged<'_>> {
        self.as_ref()?.measured()
    }
}

/// A type that `pattern = ".."` and `one_of(..)` can judge.
#[diagnostic::on_unimplemented(
    message = "`pattern` and `one_of` apply to strings, and `{Self}` is not a string",
    label = "not a string",
    note = "the strings in a list or map are judged with `each(pattern = ..)` or `each(one_of(..))`, a number with `range(..)`, a value of another \
            type with `custom = path::to::function`"
)]
pub trait Textual {
    /// The text; `None` if there is none to judge.
    fn text(&self) -> Option<&str>;
}

#[diagnostic::do_not_recommend]
impl Textual for str {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl Textual for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl Textual for Cow<'_, str> {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl<T: Textual> Textual for Option<T> {
    fn text(&self) -> Option<&str> {
        self.as_ref()?.text()
    }
}

/// A type that can be flattened into an object.
#[diagnostic::on_unimplemented(
    message = "`flatten` applies to structs with `#[derive(Secret)]` and to maps, and `{Self}` is neither",
    label = "cannot be flattened",
    note = "remove `flatten` to read the value under the field's own key"
)]
pub trait Flatten {
    /// Derived code names this constant, so that the compiler requires the trait.
    const IS: ();
}

impl<K, T> Flatten for BTreeMap<K, T> {
    const IS: () = ();
}

impl<K, T, S> Flatten for HashMap<K, T, S> {
    const IS: () = ();
}

impl<T: Flatten> Flatten for Box<T> {
    const IS: () = ();
}

/// A type whose keys can stand beside the tag of an enum.
#[diagnostic::on_unimplemented(
    message = "a variant of an enum with a `tag` holds a struct with named fields and `#[derive(Secret)]`, or a map, and `{Self}` is neither",
    label = "`{Self}` has no keys to stand beside the tag",
    note = "give the value a name, `Variant {{ name: Type }}`; or put `content = \"..\"` on the enum, under whose key the value of every variant then stands"
)]
pub trait BesideTag {
    /// Derived code names this constant, so that the compiler requires the trait.
    const IS: ();
}

#[diagnostic::do_not_recommend]
impl<T: Flatten> BesideTag for T {
    const IS: () = ();
}

/// A type whose items `each(..)` can judge.
#[diagnostic::on_unimplemented(
    message = "`each` applies to lists, sets and maps, and not to `{Self}`",
    label = "`each` does not apply to `{Self}`",
    note = "write the rule without `each(..)`"
)]
pub trait Each {
    /// The type of the items.
    type Item;

    /// The items, with their index in a list.
    fn items(&self) -> impl Iterator<Item = (Option<usize>, &Self::Item)>;
}

macro_rules! numbered {
    ($([$($parameters:tt)*] $type:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> Each for $type {
            type Item = T;

            fn items(&self) -> impl Iterator<Item = (Option<usize>, &T)> {
                self.iter().enumerate().map(|(index, item)| (Some(index), item))
            }
        }
    )*};
}

numbered! {
    [T] [T];
    [T] Vec<T>;
    [T] VecDeque<T>;
    [T, const N: usize] [T; N];
}

/// Collections that do not keep the position of an item in the secret.
macro_rules! unnumbered {
    ($([$($parameters:tt)*] $type:ty: $items:ident;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> Each for $type {
            type Item = T;

            fn items(&self) -> impl Iterator<Item = (Option<usize>, &T)> {
                self.$items().map(|item| (None, item))
            }
        }
    )*};
}

unnumbered! {
    [T] BTreeSet<T>: iter;
    [T, S] HashSet<T, S>: iter;
    [K, T] BTreeMap<K, T>: values;
    [K, T, S] HashMap<K, T, S>: values;
}

impl<T: Each> Each for Option<T> {
    type Item = T::Item;

    fn items(&self) -> impl Iterator<Item = (Option<usize>, &T::Item)> {
        self.iter().flat_map(T::items)
    }
}

/// A type that is `T`, borrows as `T`, or may hold a `T`, which a `custom` function judges.
#[diagnostic::on_unimplemented(
    message = "the `custom` function takes `&{T}`, which `{Self}` does not hold",
    label = "expected a function of this type: `fn(&{Self}) -> Result<(), &'static str>`",
    note = "of an `Option` the function takes what is inside; of a string it may take `&str`, of a `Vec` a slice"
)]
pub trait Holds<T: ?Sized> {
    /// The value; `None` if there is none to judge.
    fn held(&self) -> Option<&T>;
}

#[diagnostic::do_not_recommend]
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

/// A type that borrows as another, and `Option`s of it.
macro_rules! holds {
    ($([$($parameters:tt)*] $type:ty => $held:ty, |$value:ident| $borrowed:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> Holds<$held> for $type {
            fn held(&self) -> Option<&$held> {
                let $value = self;
                Some($borrowed)
            }
        }

        impl<$($parameters)*> Holds<$held> for Option<$type> {
            fn held(&self) -> Option<&$held> {
                let $value = self.as_ref()?;
                Some($borrowed)
            }
        }
    )*};
}

holds! {
    [] String => str, |text| text;
    [] Cow<'static, str> => str, |text| text;
    [T] Vec<T> => [T], |items| items;
    [T: ?Sized] Box<T> => T, |pointer| pointer;
    [T: ?Sized] Rc<T> => T, |pointer| pointer;
    [T: ?Sized] Arc<T> => T, |pointer| pointer;
    [T: Zeroize + ?Sized] SecretBox<T> => T, |secret| secret.expose_secret();
    [T: Zeroize] Zeroizing<T> => T, |value| value;
}

/// Rules see through pointers.
macro_rules! seen_through {
    ($([$($bounds:tt)*] $pointer:ident, |$this:ident| $inner:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Ranged + $($bounds)*> Ranged for $pointer<T> {
            type Bound = T::Bound;

            fn bounded(&self) -> Bounded<T::Bound> {
                let $this = self;
                T::bounded($inner)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Measured + ?Sized + $($bounds)*> Measured for $pointer<T> {
            fn measured(&self) -> Option<Judged<'_>> {
                let $this = self;
                T::measured($inner)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Textual + ?Sized + $($bounds)*> Textual for $pointer<T> {
            fn text(&self) -> Option<&str> {
                let $this = self;
                T::text($inner)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Each + ?Sized + $($bounds)*> Each for $pointer<T> {
            type Item = T::Item;

            fn items(&self) -> impl Iterator<Item = (Option<usize>, &T::Item)> {
                let $this = self;
                T::items($inner)
            }
        }
    )*};
}

seen_through! {
    [] Box, |pointer| pointer;
    [] Rc, |pointer| pointer;
    [] Arc, |pointer| pointer;
    [Zeroize] SecretBox, |secret| secret.expose_secret();
}

#[diagnostic::do_not_recommend]
impl<T: Measured + Zeroize> Measured for Zeroizing<T> {
    fn measured(&self) -> Option<Judged<'_>> {
        T::measured(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Textual + Zeroize> Textual for Zeroizing<T> {
    fn text(&self) -> Option<&str> {
        T::text(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Ranged + Zeroize> Ranged for Zeroizing<T> {
    type Bound = T::Bound;

    fn bounded(&self) -> Bounded<T::Bound> {
        T::bounded(self)
    }
}

/// A type that `default = ".."` can create.
#[diagnostic::on_unimplemented(
    message = "this field's `default` is a string, and `{Self}` cannot be made from one",
    label = "cannot be made from a string literal",
    note = "write a value of the field's type, as in `default = 5432`; what a function returns is `default = function()`"
)]
pub trait TextDefault {
    /// Makes a value from the text.
    fn text_default(text: &'static str) -> Self;
}

macro_rules! text_defaults {
    ($($text:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl TextDefault for $text {
            fn text_default(text: &'static str) -> Self {
                text.into()
            }
        }
    )*};
}

text_defaults!(String Box<str> Rc<str> Arc<str> Cow<'static, str> PathBuf SecretString);

impl<T: TextDefault> TextDefault for Option<T> {
    fn text_default(text: &'static str) -> Self {
        Some(T::text_default(text))
    }
}

/// A value for `default = ..`: of the field's own type, or of the type in its `Option`.
#[diagnostic::on_unimplemented(
    message = "this field's `default` is of type `{Self}`, and the field of type `{T}`",
    label = "expected a default of type `{T}`",
    note = "write a value of the field's type; any expression will do, such as `default = function()`"
)]
pub trait GivenDefault<T> {
    /// Converts it to the field's type.
    fn given(self) -> T;
}

impl<T> GivenDefault<T> for T {
    fn given(self) -> T {
        self
    }
}

impl<T> GivenDefault<Option<T>> for T {
    fn given(self) -> Option<T> {
        Some(self)
    }
}
