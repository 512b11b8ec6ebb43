//! Fields with `from_str`, `json`, `base64` and `hex`, whose values have another form in a JSON string; and `serde`.

use std::any::type_name;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::value::Error as Discarded;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde_json::de::StrRead;
use zeroize::Zeroizing;

use super::bytes::{self, Bytes};
use super::containers;
use super::map::{self, MapKey};
use super::report::{Report, Reported};
use super::view::{Json, Kind};
use crate::json::Text;
#[cfg(doc)]
use crate::secret::SecretValue;
use secrets_shape::number;
use secrets_shape::shape::{Base64Form, Encoding, FromNumber, Shape};

/// A way to read a string as a `T`.
pub trait Codec<T> {
    /// The JSON that it accepts.
    const SHAPE: Shape;

    /// Reads the value.
    ///
    /// # Errors
    /// What the text is instead, in words. The error of `T` is dropped: it may quote the text.
    fn read(text: &str) -> Result<T, &'static str>;
}

/// A string for which there is no more specific message.
const UNFIT_STRING: &str = Kind::String.unfit();

/// `from_str`, into a type of this name. With `NUMBERS`, the text of an integer is read too.
#[derive(Debug)]
pub struct FromString<N, const NUMBERS: bool>(PhantomData<N>);

/// The name of a type in messages, as the declaration spells it.
pub trait Named {
    /// The name.
    const NAME: &'static str;
}

/// `base64`, and its options.
#[derive(Debug)]
pub struct FromBase64<const URL: bool, const UNPADDED: bool, const LENIENT: bool>;
/// `hex`
#[derive(Debug)]
pub struct FromHex;

impl<T: FromStr, N: Named, const NUMBERS: bool> Codec<T> for FromString<N, NUMBERS> {
    const SHAPE: Shape = Shape::Parsed(N::NAME, if NUMBERS { FromNumber::Read } else { FromNumber::Refused });

    fn read(text: &str) -> Result<T, &'static str> {
        text.parse().map_err(|_| UNFIT_STRING)
    }
}

impl<T: Bytes, const URL: bool, const UNPADDED: bool, const LENIENT: bool> Codec<T>
    for FromBase64<URL, UNPADDED, LENIENT>
{
    const SHAPE: Shape =
        Shape::Bytes(Encoding::Base64(Base64Form { is_url: URL, is_unpadded: UNPADDED, is_lenient: LENIENT }));

    fn read(text: &str) -> Result<T, &'static str> {
        let form = Base64Form { is_url: URL, is_unpadded: UNPADDED, is_lenient: LENIENT };
        T::from_bytes(bytes::base64(text, form)?).ok_or(UNFIT_STRING)
    }
}

impl<T: Bytes> Codec<T> for FromHex {
    const SHAPE: Shape = Shape::Bytes(Encoding::Hex);

    fn read(text: &str) -> Result<T, &'static str> {
        T::from_bytes(bytes::hex(text)?).ok_or(UNFIT_STRING)
    }
}

/// A field type that a codec reads: `T` itself, or a container of such a type. `How` tells them apart, so that the
/// compiler finds out which one it is, not the derive.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read in this way",
    label = "no such value can be made from a string",
    note = "`from_str` reads a type with `FromStr`; one without is read with `#[secret(with = module)]`",
    note = "`base64` and `hex` read `Vec<u8>`, `[u8; N]`, `Box<[u8]>`, `Arc<[u8]>`, `SecretSlice<u8>`, and `SecretBox` and `Zeroizing` of bytes",
    note = "each reads an `Option`, list, set, pointer or map of such a type, too"
)]
pub trait Coded<C, How>: Sized {
    /// The JSON that it accepts.
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
/// The type inside a container.
#[derive(Debug)]
pub struct In<How>(How);

#[diagnostic::do_not_recommend]
impl<C: Codec<T>, T> Coded<C, Itself> for T {
    const SHAPE: Shape = C::SHAPE;

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let text = coded_text(json, &C::SHAPE, report)?;
        C::read(&text).map_err(|found| json.unfit(&C::SHAPE, found, report))
    }
}

/// The text that a codec reads: of a string, or of an integer if the declaration asks for that.
pub fn coded_text<'a>(json: &Json<'a>, shape: &Shape, report: &mut Report) -> Result<Text<'a>, Reported> {
    match (shape, json.kind()) {
        (Shape::Parsed(_, FromNumber::Read), Kind::Number) => {
            let value = number::integer(json.text()).map_err(|_| json.unfit(shape, Kind::Number.unfit(), report))?;
            Ok(Text::Unescaped(Zeroizing::new(value.to_string())))
        }
        (Shape::Parsed(_, FromNumber::Refused), Kind::Number) => {
            Err(json.unfit(shape, "a number, which `from_str(number)` reads", report))
        }
        _ => json.string(shape, report),
    }
}

impl<C, How, T: Coded<C, How>> Coded<C, In<How>> for Option<T> {
    const SHAPE: Shape = Shape::Optional(&T::SHAPE);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        if json.is_null() { Ok(None) } else { T::decode(json, report).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<C, How, T: Coded<C, How>> Coded<C, In<How>> for $pointer<T> {
            const SHAPE: Shape = T::SHAPE;

            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                T::decode(json, report).map($pointer::new)
            }

            fn absent() -> Option<Self> {
                T::absent().map($pointer::new)
            }
        }
    )*};
}

pointers!(Box Rc Arc);

macro_rules! lists {
    ($($list:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<C, How, T: Coded<C, How>> Coded<C, In<How>> for $list<T> {
            const SHAPE: Shape = Shape::Array(&T::SHAPE);

            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                json.vector(&Shape::Array(&T::SHAPE), report, T::decode).map(Self::from)
            }
        }
    )*};
}

lists!(Vec VecDeque);

impl<C, How, T: Coded<C, How> + Eq + Hash, S: BuildHasher + Default> Coded<C, In<How>> for HashSet<T, S> {
    const SHAPE: Shape = Shape::Set(&T::SHAPE);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        containers::set(json, &Shape::Set(&T::SHAPE), report, T::decode, Self::insert)
    }
}

impl<C, How, T: Coded<C, How> + Ord> Coded<C, In<How>> for BTreeSet<T> {
    const SHAPE: Shape = Shape::Set(&T::SHAPE);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        containers::set(json, &Shape::Set(&T::SHAPE), report, T::decode, Self::insert)
    }
}

impl<C, How, K: MapKey + Ord, T: Coded<C, How>> Coded<C, In<How>> for BTreeMap<K, T> {
    const SHAPE: Shape = Shape::Map { keys: &K::SHAPE, item: &T::SHAPE };

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let (mut map, shape) = (Self::new(), Shape::Map { keys: &K::SHAPE, item: &T::SHAPE });
        map::each_entry(json, &shape, report, K::decode, T::decode, |key, value| map.insert(key, value).is_none())?;
        Ok(map)
    }
}

impl<C, How, K: MapKey + Eq + Hash, T: Coded<C, How>, S: BuildHasher + Default> Coded<C, In<How>> for HashMap<K, T, S> {
    const SHAPE: Shape = Shape::Map { keys: &K::SHAPE, item: &T::SHAPE };

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let (mut map, shape) = (Self::default(), Shape::Map { keys: &K::SHAPE, item: &T::SHAPE });
        map::each_entry(json, &shape, report, K::decode, T::decode, |key, value| map.insert(key, value).is_none())?;
        Ok(map)
    }
}

/// `json`: a document inside a string.
///
/// # Errors
/// It is not a string, the string is not JSON, or the document has violations.
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
    note = "derive `serde::Deserialize` for a type of your own, and let it borrow nothing; for another crate's switch on its `serde` feature",
    note = "a type without `Deserialize` is read with `#[secret(with = module)]`"
)]
pub trait FromSerde: Sized {
    /// As [`SecretValue::decode`]. The type's own error is dropped: serde's messages quote values.
    #[allow(clippy::missing_errors_doc, reason = "see there")]
    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported>;

    /// The type's value for an absent key: `None` for an `Option`; most types have none.
    #[must_use]
    fn absent() -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> FromSerde for T {
    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        decode_with(json, report, |deserializer| T::deserialize(deserializer))
    }

    fn absent() -> Option<Self> {
        absent_with(|deserializer| T::deserialize(deserializer))
    }
}

/// `with = module`: decodes with a module's `deserialize`. Its error is dropped, because it may quote the value.
///
/// # Errors
/// The module refuses the value.
#[doc(hidden)]
pub fn decode_with<T>(
    json: &Json<'_>,
    report: &mut Report,
    read: impl FnOnce(&mut serde_json::Deserializer<StrRead<'_>>) -> Result<T, serde_json::Error>,
) -> Result<T, Reported> {
    let mut deserializer = serde_json::Deserializer::from_str(json.text());
    let value = read(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|_| {
        let expected = format!("a value that {} can be deserialized from", short(type_name::<T>()));
        report.violation(json.path(), expected, json.kind().found())
    })
}

/// The module's value for an absent key.
#[doc(hidden)]
pub fn absent_with<T>(read: impl FnOnce(Absent) -> Result<T, Discarded>) -> Option<T> {
    read(Absent).ok()
}

/// For example `Url` for `url::Url`.
fn short(type_name: &str) -> &str {
    let path = type_name.split_once('<').map_or(type_name, |(path, _)| path);
    path.rsplit("::").next().unwrap_or(path)
}

/// A missing field, as serde presents it to a type.
#[derive(Debug)]
#[doc(hidden)]
pub struct Absent;

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

/// Shows nothing: for types that cannot redact themselves.
#[doc(hidden)]
#[allow(clippy::missing_errors_doc, reason = "hidden")]
pub fn hidden<T>(_: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(super::REDACTED)
}
