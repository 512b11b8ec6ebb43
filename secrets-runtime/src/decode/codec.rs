//! Values that stand in a JSON string in another form: `from_str`, `json`, `base64`, `hex`; and `serde`.

use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use base64ct::Base64;
use secrecy::SecretSlice;
use serde::de::value::Error as Discarded;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use zeroize::Zeroizing;

use super::report::{Report, Reported};
use super::view::{Json, Kind};
#[cfg(doc)]
use crate::secret::SecretValue;
use secrets_shape::shape::{Encoding, Shape};

/// A way to read a string as a `T`.
pub trait Codec<T> {
    /// What JSON it accepts.
    const SHAPE: Shape;

    /// The value, unless the text is no such value. What `T` says of it is dropped: it may quote the text.
    fn read(text: &str) -> Option<T>;
}

/// `from_str`, into a type of this name.
#[derive(Debug)]
pub struct FromString<N>(PhantomData<N>);

/// What a type is called in messages: as the declaration spells it.
pub trait Named {
    /// The name.
    const NAME: &'static str;
}

/// `base64`
#[derive(Debug)]
pub struct FromBase64;
/// `hex`
#[derive(Debug)]
pub struct FromHex;

impl<T: FromStr, N: Named> Codec<T> for FromString<N> {
    const SHAPE: Shape = Shape::Parsed(N::NAME);

    fn read(text: &str) -> Option<T> {
        text.parse().ok()
    }
}

impl<T: Bytes> Codec<T> for FromBase64 {
    const SHAPE: Shape = Shape::Bytes(Encoding::Base64);

    fn read(text: &str) -> Option<T> {
        T::from_bytes(base64(text)?)
    }
}

impl<T: Bytes> Codec<T> for FromHex {
    const SHAPE: Shape = Shape::Bytes(Encoding::Hex);

    fn read(text: &str) -> Option<T> {
        T::from_bytes(hex(text)?)
    }
}

/// Decodes into a buffer that is zeroized, also where the text turns out to be another halfway.
pub fn base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; text.len() / 4 * 3]);
    let length = <Base64 as base64ct::Encoding>::decode(text, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

/// As [`base64`].
pub fn hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; text.len() / 2]);
    base16ct::mixed::decode(text, &mut bytes).ok()?;
    Some(bytes)
}

/// A type that bytes can become.
#[diagnostic::on_unimplemented(
    message = "`base64` and `hex` read bytes, which `{Self}` cannot hold",
    label = "expected a type of bytes",
    note = "use `Vec<u8>`, `[u8; N]`, `SecretSlice<u8>`, or an `Option` of them"
)]
pub trait Bytes: Sized {
    /// The bytes, unless there are too few or too many.
    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self>;
}

impl Bytes for Vec<u8> {
    fn from_bytes(mut bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        Some(std::mem::take(&mut *bytes))
    }
}

impl Bytes for SecretSlice<u8> {
    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        // Copied into a box of the right size; the vector, which may be larger, is zeroized.
        Some(SecretSlice::new(bytes.as_slice().into()))
    }
}

impl<const N: usize> Bytes for [u8; N] {
    fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        bytes.as_slice().try_into().ok()
    }
}

/// A field type that a codec reads: a `T` itself, or an `Option` or a `Vec` of such a type. `How` keeps these apart, so
/// that the compiler finds out which it is, and not the derive.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read in this way",
    label = "no such value can be made from a string",
    note = "`from_str` needs `FromStr`; `base64` and `hex` need `Vec<u8>`, `[u8; N]` or `SecretSlice<u8>`; an `Option` or a \
            `Vec` of such a type will do"
)]
pub trait Coded<C, How>: Sized {
    /// What JSON it accepts.
    const SHAPE: Shape;

    /// As [`SecretValue::decode`].
    #[allow(clippy::missing_errors_doc, reason = "see there")]
    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported>;

    /// As [`SecretValue::absent`].
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }
}

/// The type itself.
#[derive(Debug)]
pub struct Itself;
/// Inside an `Option`.
#[derive(Debug)]
pub struct Inside<How>(How);
/// The items of a `Vec`.
#[derive(Debug)]
pub struct Items<How>(How);

impl<C: Codec<T>, T> Coded<C, Itself> for T {
    const SHAPE: Shape = C::SHAPE;

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let text = json.string(&C::SHAPE, report)?;
        C::read(&text).ok_or_else(|| json.unfit(&C::SHAPE, "another string", report))
    }
}

impl<C, How, T: Coded<C, How>> Coded<C, Inside<How>> for Option<T> {
    const SHAPE: Shape = Shape::Optional(&T::SHAPE);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        if json.is_null() { Ok(None) } else { T::decode(json, report).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<C, How, T: Coded<C, How>> Coded<C, Items<How>> for Vec<T> {
    const SHAPE: Shape = Shape::Array(&T::SHAPE);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        json.vector(&Shape::Array(&T::SHAPE), report, T::decode)
    }
}

/// `json`: a document inside a string.
///
/// # Errors
/// No string, no JSON in it, or its violations.
#[doc(hidden)]
pub fn decode_json<T>(
    shape: &Shape,
    decode: fn(&Json<'_>, &mut Report) -> Result<T, Reported>,
    absent: fn() -> Option<T>,
    json: &Json<'_>,
    report: &mut Report,
) -> Result<T, Reported> {
    if let Some(absent) = json.is_null().then(absent).flatten() {
        return Ok(absent);
    }
    json.document(shape, report, decode)
}

/// `serde`: any `Deserialize`.
#[diagnostic::on_unimplemented(
    message = "`serde` reads a type with serde's `Deserialize`, and `{Self}` has none",
    label = "`serde` does not apply to `{Self}`",
    note = "derive `serde::Deserialize` for `{Self}`, or remove `serde`; what is deserialized must not borrow"
)]
pub trait FromSerde: Sized {
    /// As [`SecretValue::decode`]. What the type says of a value is dropped: serde's messages quote values.
    #[allow(clippy::missing_errors_doc, reason = "see there")]
    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported>;

    /// What the type makes of an absent key: `Option` makes `None` of it, most types nothing.
    #[must_use]
    fn absent() -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> FromSerde for T {
    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        serde_json::from_str(json.text()).map_err(|_| {
            let expected = format!("a value that {} can be deserialized from", short(type_name::<T>()));
            report.violation(
                json.path(),
                expected,
                match json.kind() {
                    Kind::Null => "null",
                    kind => kind.found(),
                },
            )
        })
    }

    fn absent() -> Option<Self> {
        T::deserialize(Absent).ok()
    }
}

/// `Url` of `url::Url`.
fn short(type_name: &str) -> &str {
    let path = type_name.split_once('<').map_or(type_name, |(path, _)| path);
    path.rsplit("::").next().unwrap_or(path)
}

/// Nothing to deserialize, as serde presents a missing field.
struct Absent;

impl<'de> Deserializer<'de> for Absent {
    type Error = Discarded;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Discarded> {
        Err(Discarded::custom("absent"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Discarded> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Shows nothing: for types that cannot hide their contents themselves.
#[doc(hidden)]
#[allow(clippy::missing_errors_doc, reason = "hidden")]
pub fn hidden<T>(_: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(super::REDACTED)
}
