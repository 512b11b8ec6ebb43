//! Parses numbers exactly.
//!
//! Does not use `serde_json::Number`: what it preserves depends on features that any dependency may enable.

use std::fmt;

/// An integer in the range of `i128` or `u128`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Integer {
    Signed(i128),
    /// Greater than `i128::MAX`.
    Large(u128),
}

impl Integer {
    pub const MIN: Self = Self::Signed(i128::MIN);
    pub const MAX: Self = Self::Large(u128::MAX);

    pub const fn unsigned(value: u128) -> Self {
        if value > i128::MAX as u128 { Self::Large(value) } else { Self::Signed(value.cast_signed()) }
    }

    #[inline]
    pub const fn is_below(self, other: Self) -> bool {
        match (self, other) {
            (Self::Signed(left), Self::Signed(right)) => left < right,
            (Self::Large(left), Self::Large(right)) => left < right,
            (Self::Signed(_), Self::Large(_)) => true,
            (Self::Large(_), Self::Signed(_)) => false,
        }
    }

    pub const fn is_negative(self) -> bool {
        matches!(self, Self::Signed(value) if value < 0)
    }

    /// The absolute value.
    pub const fn magnitude(self) -> u128 {
        match self {
            Self::Signed(value) => value.unsigned_abs(),
            Self::Large(value) => value,
        }
    }

    /// The closest `f64`.
    #[allow(clippy::cast_precision_loss, reason = "what a float is")]
    pub const fn double(self) -> f64 {
        match self {
            Self::Signed(value) => value as f64,
            Self::Large(value) => value as f64,
        }
    }

    /// Converts to an integer type, if it fits.
    #[inline]
    pub fn narrow<T: TryFrom<i128> + TryFrom<u128>>(self) -> Option<T> {
        match self {
            Self::Signed(value) => T::try_from(value).ok(),
            Self::Large(value) => T::try_from(value).ok(),
        }
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed(value) => value.fmt(f),
            Self::Large(value) => value.fmt(f),
        }
    }
}

impl From<i128> for Integer {
    fn from(value: i128) -> Self {
        Self::Signed(value)
    }
}

/// The number is not an integer, or does not fit.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAnInteger;

/// The exact value of a JSON number that is an integer: `5432`, `5432.0`, `5.432e3`, `-0`.
///
/// # Errors
/// The number is not an integer, or fits neither `i128` nor `u128`.
pub fn integer(number: &str) -> Result<Integer, NotAnInteger> {
    let (negative, unsigned) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let magnitude = match plain(unsigned) {
        Some(magnitude) => magnitude,
        None => scientific(unsigned)?,
    };
    if !negative {
        return Ok(Integer::unsigned(magnitude));
    }
    // `i128::MIN` has no positive counterpart.
    let least = (magnitude == i128::MIN.unsigned_abs()).then_some(i128::MIN);
    let value = least.or_else(|| i128::try_from(magnitude).ok().map(|value| -value));
    value.map(Integer::Signed).ok_or(NotAnInteger)
}

/// Parses digits only, few enough that they cannot overflow.
fn plain(digits: &str) -> Option<u128> {
    if digits.len() > 18 {
        return None;
    }
    digits
        .bytes()
        .try_fold(0_u64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))
        .map(u128::from)
}

/// Parses digits with a fraction or an exponent, or more digits than fit a machine word.
fn scientific(number: &str) -> Result<u128, NotAnInteger> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    let Some((last, _)) = digits().enumerate().filter(|&(_, digit)| digit != b'0').last() else { return Ok(0) };
    // The value is `significant` × 10^scale; the last digit of `significant` is not zero.
    let scale = clamped(exponent) + signed(whole.len()) - signed(last + 1);
    let significant = digits().take(last + 1).skip_while(|&digit| digit == b'0');
    if scale < 0 {
        return Err(NotAnInteger);
    }
    let zeros = usize::try_from(scale).unwrap_or(usize::MAX).min(LONGEST + 1);
    significant
        .chain(std::iter::repeat_n(b'0', zeros))
        .try_fold(0_u128, |value, digit| value.checked_mul(10)?.checked_add(u128::from(digit - b'0')))
        .ok_or(NotAnInteger)
}

/// The number of digits of `u128::MAX`.
const LONGEST: usize = 39;

/// Parses an exponent and clamps it: a secret has fewer than 10^9 digits, so larger exponents make no difference.
fn clamped(exponent: &str) -> i64 {
    const FAR: i64 = 1_000_000_000;
    let negative = exponent.starts_with('-');
    let digits = exponent.trim_start_matches(['+', '-']);
    let magnitude = digits.bytes().fold(0_i64, |value, digit| (value * 10 + i64::from(digit - b'0')).min(FAR));
    if negative { -magnitude } else { magnitude }
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Whether a string spells an integer: `-?(0|[1-9][0-9]*)`.
pub fn spells_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    is_digits(digits) && (digits.len() == 1 || !digits.starts_with('0'))
}

/// Whether a string spells an integer, possibly with leading zeros: `-?[0-9]+`.
pub fn spells_padded_integer(text: &str) -> bool {
    is_digits(text.strip_prefix('-').unwrap_or(text))
}

/// Whether a string spells a JSON number: `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`.
pub fn spells_number(text: &str) -> bool {
    spells(text, spells_integer)
}

/// Whether a string spells a JSON number, possibly with leading zeros.
pub fn spells_padded_number(text: &str) -> bool {
    spells(text, spells_padded_integer)
}

fn spells(text: &str, is_integer: fn(&str) -> bool) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    is_integer(whole) && fraction.is_none_or(is_digits) && exponent.is_none_or(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_an_integer_by_its_exact_decimal_value() {
        let cases = [
            ("0", 0),
            ("-0", 0),
            ("0.0", 0),
            ("0e999999999999999999999", 0),
            ("-0.000e-5", 0),
            ("5432", 5432),
            ("5432.0", 5432),
            ("5.432e3", 5432),
            ("54320e-1", 5432),
            ("0.05432E+5", 5432),
            ("-17", -17),
            ("9007199254740993", 9_007_199_254_740_993),
            ("9007199254740993.0", 9_007_199_254_740_993),
            ("18446744073709551615", 18_446_744_073_709_551_615),
            ("-9223372036854775808", -9_223_372_036_854_775_808),
            ("1e18", 1_000_000_000_000_000_000),
            ("1.000000000000000000000000000000000000000000000000000000000000", 1),
        ];
        for (text, value) in cases {
            assert_eq!(integer(text), Ok(Integer::Signed(value)), "{text}");
        }
        let zeros = "0".repeat(60_000);
        assert_eq!(integer(&format!("0.{zeros}1e60001")), Ok(Integer::Signed(1)));
        assert_eq!(integer(&format!("1{zeros}e-60000")), Ok(Integer::Signed(1)));
    }

    #[test]
    fn the_limits_are_those_of_the_largest_types() {
        assert_eq!(integer("340282366920938463463374607431768211455"), Ok(Integer::MAX));
        assert_eq!(integer("-170141183460469231731687303715884105728"), Ok(Integer::MIN));
        assert_eq!(integer("170141183460469231731687303715884105728"), Ok(Integer::Large(1 << 127)));
        let order =
            [Integer::MIN, Integer::Signed(-1), Integer::Signed(i128::MAX), Integer::Large(1 << 127), Integer::MAX];
        for pair in order.windows(2) {
            assert!(pair[0] < pair[1] && pair[0].is_below(pair[1]) && !pair[1].is_below(pair[0]));
        }
    }

    #[test]
    fn what_no_integer_equals_is_refused() {
        for text in ["0.5", "5432.1", "1e-1", "15e-1", "1e-999999999999999999999"] {
            assert_eq!(integer(text), Err(NotAnInteger), "{text}");
        }
    }

    #[test]
    fn what_is_too_large_is_refused() {
        for text in [
            "1e40",
            "1e999999999999999999999",
            "340282366920938463463374607431768211456",
            "-170141183460469231731687303715884105729",
        ] {
            assert_eq!(integer(text), Err(NotAnInteger), "{text}");
        }
        assert_eq!(integer(&"9".repeat(60_000)), Err(NotAnInteger));
    }

    #[test]
    fn a_string_spells_an_integer_without_ornament() {
        for text in ["0", "-0", "7", "5432", "-5432", "99999999999999999999999"] {
            assert!(spells_integer(text), "{text}");
        }
        for text in ["", "-", "05432", "+5", " 5", "5 ", "5.0", "5e0", "0x5", "٣", "--5"] {
            assert!(!spells_integer(text), "{text}");
        }
    }

    #[test]
    fn a_padded_number_has_zeros_before_it_and_nothing_else() {
        for text in ["05432", "-007", "0", "000"] {
            assert!(spells_padded_integer(text) && spells_padded_number(text), "{text}");
        }
        assert!(spells_padded_number("00.50e07"));
        for text in ["", "-", "+5", " 5", "5.", "0x5", "--5"] {
            assert!(!spells_padded_integer(text) && !spells_padded_number(text), "{text}");
        }
    }

    #[test]
    fn a_string_spells_a_number_as_json_does() {
        for text in ["0", "-0", "1.5", "-1.5e10", "1E+2", "1e-2", "0.0"] {
            assert!(spells_number(text), "{text}");
        }
        for text in
            ["", ".5", "5.", "1e", "1e+", "01", "+1", "1.e5", "NaN", "inf", "infinity", " 1", "1_0", "1e5.0", "1ee5"]
        {
            assert!(!spells_number(text), "{text}");
        }
    }

    /// Compares with big-integer arithmetic: the digits of the mantissa times a power of ten.
    #[test]
    fn the_exact_value_is_what_others_compute() {
        use num_bigint::BigInt;

        let mut random = fastrand::Rng::with_seed(11);
        let (mut integers, mut others) = (0, 0);
        for _ in 0..200_000 {
            let digits = |random: &mut fastrand::Rng, least: usize| -> String {
                let length = random.usize(least..24);
                (0..length).map(|_| if random.bool() { '0' } else { random.char('0'..='9') }).collect()
            };
            let whole = match digits(&mut random, 1).trim_start_matches('0') {
                "" => "0".to_owned(),
                digits => digits.to_owned(),
            };
            let fraction = if random.bool() { digits(&mut random, 1) } else { String::new() };
            let exponent = if random.bool() { random.i32(-30..30) } else { 0 };
            let sign = if random.bool() { "-" } else { "" };
            let dot = if fraction.is_empty() { "" } else { "." };
            let exponent_text = if exponent == 0 { String::new() } else { format!("e{exponent}") };
            let text = format!("{sign}{whole}{dot}{fraction}{exponent_text}");
            let mantissa: BigInt = format!("{sign}{whole}{fraction}").parse().expect("digits");
            let shift = exponent - i32::try_from(fraction.len()).expect("few");
            let power = BigInt::from(10).pow(shift.unsigned_abs());
            let exact = match shift {
                0.. => Some(&mantissa * &power),
                _ => (&mantissa % &power == BigInt::ZERO).then(|| &mantissa / &power),
            };
            let exact = exact.and_then(|value| {
                let unsigned = u128::try_from(&value).map(Integer::unsigned);
                unsigned.or_else(|_| i128::try_from(&value).map(Integer::Signed)).ok()
            });
            assert_eq!(integer(&text).ok(), exact, "{text}");
            integers += usize::from(exact.is_some());
            others += usize::from(exact.is_none());
        }
        assert!(integers > 20_000 && others > 20_000, "{integers} integers, {others} others");
    }
}
