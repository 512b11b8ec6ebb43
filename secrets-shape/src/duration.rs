//! Durations in declarations and in the environment: `"30s"`, `"5m"`, `"1h30m"`, `"7d"`.

use std::time::Duration;

/// Parses a duration greater than zero.
///
/// # Errors
/// What is expected, in words.
pub fn parse_interval(text: &str) -> Result<Duration, &'static str> {
    match parse(text)? {
        Duration::ZERO => Err("expected a duration above zero, such as \"30s\" or \"5m\""),
        interval => Ok(interval),
    }
}

/// Parses a duration.
///
/// # Errors
/// What is expected, in words.
pub fn parse(text: &str) -> Result<Duration, &'static str> {
    const FORM: &str = "expected a duration such as \"30s\", \"5m\", \"1h30m\" or \"7d\"";
    let mut seconds: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit_and_more) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| FORM)?;
        let mut units = unit_and_more.chars();
        let unit = match units.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            _ => return Err(FORM),
        };
        seconds = number.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or(FORM)?;
        rest = units.as_str();
    }
    if text.is_empty() { Err(FORM) } else { Ok(Duration::from_secs(seconds)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, seconds) in [("30s", 30), ("5m", 300), ("1h30m", 5400), ("7d", 604_800), ("90m", 5400)] {
            assert_eq!(parse_interval(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["0s", "0h0m"] {
            assert_eq!(parse(text), Ok(Duration::ZERO), "{text}");
            assert!(parse_interval(text).is_err(), "{text}");
        }
        for text in ["", "5", "m", "5 m", "5ms", "-5m", "1.5h", "99999999999999999999s", "五m"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
