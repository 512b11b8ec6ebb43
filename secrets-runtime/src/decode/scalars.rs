//! Types that read one JSON value: texts, types with a text form, integers, floats, booleans.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::NonZero;
use std::path::PathBuf;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use secrets_shape::number::{self, Integer};
use secrets_shape::rule::Rule;
use secrets_shape::shape::{FieldShape, FromNumber, Precision, Shape};

use super::report::{Report, Reported};
use super::view::{Json, Kind, SPACES};
use crate::secret::SecretValue;

macro_rules! texts {
    ($($type:ty => |$text:ident| $value:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl SecretValue for $type {
            const SHAPE: Shape = Shape::String;

            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                let $text = json.string(&Self::SHAPE, report)?;
                Ok($value)
            }
        }
    )*};
}

// The text is copied out of memory that is zeroized.
texts! {
    String => |text| text.into_string();
    Box<str> => |text| text.into_string().into_boxed_str();
    Arc<str> => |text| Arc::from(&*text);
    Rc<str> => |text| Rc::from(&*text);
    Cow<'static, str> => |text| Cow::Owned(text.into_string());
    PathBuf => |text| text.into_string().into();
    SecretString => |text| SecretString::new(text.into_string().into_boxed_str());
}

/// Reads a string with `FromStr` for types whose error messages are not shown.
macro_rules! parsed {
    ($($type:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl $crate::secret::SecretValue for $type {
            const SHAPE: $crate::Shape = $crate::decode::scalars::parsed_shape(stringify!($type));

            fn decode(
                json: &$crate::decode::Json<'_>,
                report: &mut $crate::decode::Report,
            ) -> Result<Self, $crate::decode::Reported> {
                $crate::decode::scalars::parse(json, &Self::SHAPE, report)
            }
        }
    )*};
}

#[allow(unused_imports, reason = "of the types of other crates, which are switched on one by one")]
pub(crate) use parsed;

pub const fn parsed_shape(name: &'static str) -> Shape {
    Shape::Parsed(name, FromNumber::Never)
}

pub fn parse<T: FromStr>(json: &Json<'_>, shape: &Shape, report: &mut Report) -> Result<T, Reported> {
    let text = json.string(shape, report)?;
    text.parse().map_err(|_| json.unfit(shape, Kind::String.unfit(), report))
}

parsed!(IpAddr Ipv4Addr Ipv6Addr SocketAddr SocketAddrV4 SocketAddrV6);

#[diagnostic::do_not_recommend]
impl SecretValue for Duration {
    const SHAPE: Shape = Shape::Duration;

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        duration(json, report)
    }
}

/// Refuses a number: it could be seconds or milliseconds.
pub fn duration(json: &Json<'_>, report: &mut Report) -> Result<Duration, Reported> {
    if json.kind() == Kind::Number {
        return Err(json.unfit(&Shape::Duration, "a number, which has no unit", report));
    }
    let text = json.string(&Shape::Duration, report)?;
    secrets_shape::duration::parse(&text).map_err(|_| json.unfit(&Shape::Duration, Kind::String.unfit(), report))
}

#[diagnostic::do_not_recommend]
impl SecretValue for char {
    const SHAPE: Shape = Shape::Newtype(&FieldShape {
        shape: Shape::String,
        rules: &[Rule::Length { min: Some(1), max: Some(1) }],
        ..FieldShape::PLAIN
    });

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let text = json.string(&Self::SHAPE, report)?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => Ok(only),
            _ => Err(json.unfit(&Self::SHAPE, "one of a different length", report)),
        }
    }
}

#[diagnostic::do_not_recommend]
impl SecretValue for bool {
    const SHAPE: Shape = Shape::Boolean;

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        match json.kind() {
            Kind::Boolean => Ok(json.text() == "true"),
            Kind::String if json.coerces() => {
                let text = json.unquoted(&Self::SHAPE, report)?;
                let value = match text.trim_matches(SPACES) {
                    text if text.eq_ignore_ascii_case("true") => Some(true),
                    text if text.eq_ignore_ascii_case("false") => Some(false),
                    _ => None,
                };
                match value {
                    Some(value) if json.is_lenient() || matches!(&*text, "true" | "false") => Ok(value),
                    value => Err(json.unfit(&Self::SHAPE, misspelt(&text, value.is_some()), report)),
                }
            }
            _ => Err(json.mismatch(&Self::SHAPE, report)),
        }
    }
}

/// The words for a string that does not spell a value, or only leniently.
fn misspelt(text: &str, is_lenient_spelling: bool) -> &'static str {
    match text.trim_matches(SPACES) {
        "" => "an empty string, which only `lenient` takes, for an absent value",
        _ if is_lenient_spelling => "a string with spaces, zeros or capitals that only `lenient` reads",
        _ => NO_SPELLING,
    }
}

/// A string that spells a number or a boolean would be read; this one does not.
const NO_SPELLING: &str = "a string that does not spell one";

/// This one spells a number that the type cannot hold.
const UNFIT_SPELLING: &str = "a string that spells a number that does not fit";

/// An integer type and its `NonZero`. `$wide` widens the bounds: no `From` covers all types, `usize` included.
macro_rules! integers {
    ($($integer:ty: $wide:expr,)*) => {$(
        #[allow(clippy::cast_lossless, clippy::cast_sign_loss, reason = "the same for all of them, and none is cut")]
        #[diagnostic::do_not_recommend]
        impl SecretValue for $integer {
            const SHAPE: Shape = Shape::Integer { min: $wide(<$integer>::MIN as _), max: $wide(<$integer>::MAX as _), has_zero: true };

            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                let value = integer(json, &Self::SHAPE, report)?;
                value.narrow().ok_or_else(|| unfit_number(json, &Self::SHAPE, report))
            }
        }

        #[allow(clippy::cast_lossless, clippy::cast_sign_loss, reason = "the same for all of them, and none is cut")]
        #[diagnostic::do_not_recommend]
        impl SecretValue for NonZero<$integer> {
            const SHAPE: Shape = Shape::Integer {
                min: $wide(if <$integer>::MIN == 0 { 1 } else { <$integer>::MIN as _ }),
                max: $wide(<$integer>::MAX as _),
                has_zero: false,
            };

            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                let value = integer(json, &Self::SHAPE, report)?;
                value.narrow().and_then(Self::new).ok_or_else(|| unfit_number(json, &Self::SHAPE, report))
            }
        }
    )*};
}

integers! {
    i8: Integer::Signed, i16: Integer::Signed, i32: Integer::Signed, i64: Integer::Signed, i128: Integer::Signed,
    isize: Integer::Signed,
    u8: Integer::unsigned, u16: Integer::unsigned, u32: Integer::unsigned, u64: Integer::unsigned, u128: Integer::unsigned,
    usize: Integer::unsigned,
}

macro_rules! floats {
    ($($float:ty: $precision:ident,)*) => {$(
        #[diagnostic::do_not_recommend]
        impl SecretValue for $float {
            const SHAPE: Shape = Shape::Float(Precision::$precision);

            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                let parse = |text: &str| text.parse::<$float>().ok().filter(|value| value.is_finite());
                match json.kind() {
                    Kind::Number => parse(json.text()).ok_or_else(|| unfit_number(json, &Self::SHAPE, report)),
                    Kind::String if json.coerces() => {
                        let text = json.unquoted(&Self::SHAPE, report)?;
                        let spelling = spelled(json, &text, number::spells_number, number::spells_padded_number);
                        let value = spelling.and_then(|spelling| parse(spelling).ok_or(UNFIT_SPELLING));
                        value.map_err(|found| json.unfit(&Self::SHAPE, found, report))
                    }
                    _ => Err(json.mismatch(&Self::SHAPE, report)),
                }
            }
        }
    )*};
}

floats!(f32: Single, f64: Double,);

/// The exact integer of a number, or of a string that spells one.
pub fn integer(json: &Json<'_>, shape: &Shape, report: &mut Report) -> Result<Integer, Reported> {
    match json.kind() {
        Kind::Number => number::integer(json.text()).map_err(|_| unfit_number(json, shape, report)),
        Kind::String if json.coerces() => {
            let text = json.unquoted(shape, report)?;
            let spelling = spelled(json, &text, number::spells_integer, number::spells_padded_integer);
            let value = spelling.and_then(|spelling| number::integer(spelling).map_err(|_| UNFIT_SPELLING));
            value.map_err(|found| json.unfit(shape, found, report))
        }
        _ => Err(json.mismatch(shape, report)),
    }
}

/// The part of a string that spells a number, or what the string is instead.
fn spelled<'t>(
    json: &Json<'_>,
    text: &'t str,
    is_plain: fn(&str) -> bool,
    is_padded: fn(&str) -> bool,
) -> Result<&'t str, &'static str> {
    let trimmed = text.trim_matches(SPACES);
    match json.is_lenient() {
        true if is_padded(trimmed) => Ok(trimmed),
        false if is_plain(text) => Ok(text),
        _ => Err(misspelt(text, is_padded(trimmed))),
    }
}

pub fn unfit_number(json: &Json<'_>, shape: &Shape, report: &mut Report) -> Reported {
    match json.kind() {
        Kind::Number => json.unfit(shape, Kind::Number.unfit(), report),
        _ => json.unfit(shape, UNFIT_SPELLING, report),
    }
}
