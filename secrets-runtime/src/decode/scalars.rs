//! The types that read one JSON value: strings, integers, floats, booleans.

use secrecy::SecretString;

use super::report::{Report, Reported};
use super::view::{Json, Kind};
use crate::secret::SecretValue;
use secrets_shape::number;
use secrets_shape::shape::{Precision, Shape};

impl SecretValue for String {
    const SHAPE: Shape = Shape::String;

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        Ok(json.string(&Self::SHAPE, report)?.into_string())
    }
}

impl SecretValue for Box<str> {
    const SHAPE: Shape = Shape::String;

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        String::decode(json, report).map(String::into_boxed_str)
    }
}

impl SecretValue for SecretString {
    const SHAPE: Shape = Shape::String;

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        <Box<str>>::decode(json, report).map(SecretString::new)
    }
}

impl SecretValue for bool {
    const SHAPE: Shape = Shape::Boolean;

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        match json.kind() {
            Kind::Boolean => Ok(json.text() == "true"),
            Kind::String if json.coerces() => match &*json.unquoted(&Self::SHAPE, report)? {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(json.unfit(&Self::SHAPE, NO_SPELLING, report)),
            },
            _ => Err(json.mismatch(&Self::SHAPE, report)),
        }
    }
}

/// Strings that spell a number or a boolean are read; this one does not.
const NO_SPELLING: &str = "a string that does not spell one";

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl SecretValue for $integer {
            // Every integer of up to 64 bits fits an `i128`; there is no `From<usize>` to say so.
            #[allow(clippy::cast_lossless, reason = "usize and isize have no lossless conversion")]
            const SHAPE: Shape = Shape::Integer { min: <$integer>::MIN as i128, max: <$integer>::MAX as i128 };

            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                let value = integer(json, &Self::SHAPE, report)?;
                Self::try_from(value).map_err(|_| unfit_number(json, &Self::SHAPE, report))
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

macro_rules! floats {
    ($($float:ty: $precision:ident,)*) => {$(
        impl SecretValue for $float {
            const SHAPE: Shape = Shape::Float(Precision::$precision);

            fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
                let parse = |text: &str| text.parse::<$float>().ok().filter(|value| value.is_finite());
                match json.kind() {
                    Kind::Number => parse(json.text()).ok_or_else(|| unfit_number(json, &Self::SHAPE, report)),
                    Kind::String if json.coerces() => {
                        let text = json.unquoted(&Self::SHAPE, report)?;
                        let value = number::spells_number(&text).then(|| parse(&text)).flatten();
                        value.ok_or_else(|| json.unfit(&Self::SHAPE, NO_SPELLING, report))
                    }
                    _ => Err(json.mismatch(&Self::SHAPE, report)),
                }
            }
        }
    )*};
}

floats!(f32: Single, f64: Double,);

/// The exact integer of a number, or of a string that spells one.
pub fn integer(json: &Json<'_>, shape: &Shape, report: &mut Report) -> Result<i128, Reported> {
    match json.kind() {
        Kind::Number => number::integer(json.text()).map_err(|_| unfit_number(json, shape, report)),
        Kind::String if json.coerces() => {
            let text = json.unquoted(shape, report)?;
            let value = number::spells_integer(&text).then(|| number::integer(&text).ok()).flatten();
            value.ok_or_else(|| json.unfit(shape, NO_SPELLING, report))
        }
        _ => Err(json.mismatch(shape, report)),
    }
}

pub fn unfit_number(json: &Json<'_>, shape: &Shape, report: &mut Report) -> Reported {
    match json.kind() {
        Kind::Number => json.unfit(shape, "another number", report),
        _ => json.unfit(shape, NO_SPELLING, report),
    }
}
