//! Compares number parsing with exact arithmetic and with an independent JSON parser.

use num_bigint::BigInt;
use secrets_runtime::Secret;
use serde::de::IgnoredAny;

use secrets_shape::number::{self as classified, Integer};

#[derive(Secret)]
#[secret(strict)]
struct Numbers {
    byte: Option<i8>,
    long: Option<i64>,
    natural: Option<u64>,
    single: Option<f32>,
    double: Option<f64>,
}

#[derive(Secret)]
struct Spelled {
    long: Option<i64>,
    double: Option<f64>,
}

/// Classifies a text, and parses it as a number and as a string.
///
/// # Panics
/// If the result is wrong.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && text.ends_with(|last: char| last.is_ascii_digit())
        && serde_json::from_str::<IgnoredAny>(text).is_ok();
    let is_integer = is_number && !text.contains(['.', 'e', 'E']);
    assert_eq!(classified::spells_number(text), is_number, "a number");
    assert_eq!(classified::spells_integer(text), is_integer, "an integer");
    if is_number {
        number_value(text, is_integer);
    } else {
        let text = serde_json::Value::from(text);
        assert!(Spelled::from_json(&format!(r#"{{"long": {text}}}"#)).is_err(), "an integer out of another text");
        assert!(Spelled::from_json(&format!(r#"{{"double": {text}}}"#)).is_err(), "a float out of another text");
    }
}

fn number_value(text: &str, is_integer: bool) {
    let value = exact(text);
    let unsigned = value.as_ref().and_then(|value| u128::try_from(value).ok());
    let held = value.as_ref().and_then(|value| i128::try_from(value).ok());
    let integer = held.map(Integer::Signed).or(unsigned.map(Integer::unsigned));
    assert_eq!(classified::integer(text).ok(), integer, "the integer");

    let number = |key: &str| Numbers::from_json(&format!(r#"{{"{key}": {text}}}"#)).ok();
    assert_eq!(number("byte").and_then(|numbers| numbers.byte), held.and_then(|value| value.try_into().ok()));
    assert_eq!(number("long").and_then(|numbers| numbers.long), held.and_then(|value| value.try_into().ok()));
    assert_eq!(number("natural").and_then(|numbers| numbers.natural), held.and_then(|value| value.try_into().ok()));
    let single = text.parse().ok().filter(|value: &f32| value.is_finite()).map(f32::to_bits);
    assert_eq!(number("single").and_then(|numbers| numbers.single).map(f32::to_bits), single);
    let double = text.parse().ok().filter(|value: &f64| value.is_finite()).map(f64::to_bits);
    assert_eq!(number("double").and_then(|numbers| numbers.double).map(f64::to_bits), double);

    let spelled = |key: &str| Spelled::from_json(&format!(r#"{{"{key}": "{text}"}}"#)).ok();
    let long = held.filter(|_| is_integer).and_then(|value| value.try_into().ok());
    assert_eq!(spelled("long").and_then(|spelled| spelled.long), long);
    assert_eq!(spelled("double").and_then(|spelled| spelled.double).map(f64::to_bits), double);
    let quoted = Numbers::from_json(&format!(r#"{{"long": "{text}"}}"#));
    assert!(quoted.is_err(), "strict reads no strings");
}

/// The value of a JSON number, if it is an integer of moderate size.
fn exact(text: &str) -> Option<BigInt> {
    const FAR: i64 = 1_000;
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
    if digits == BigInt::ZERO {
        return Some(digits);
    }
    let exponent: i64 = exponent.parse().ok()?;
    let scale = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    // A fuzzer's input is too short for digits to compensate a larger exponent.
    let power = (scale.abs() < FAR + i64::try_from(text.len()).ok()?).then(|| u32::try_from(scale.abs()).ok())??;
    let power = BigInt::from(10).pow(power);
    if scale >= 0 {
        return Some(digits * power);
    }
    let value = &digits / &power;
    (&value * &power == digits).then_some(value)
}
