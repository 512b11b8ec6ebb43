//! JSON strings without stray copies: unescaped text is written once, into memory of the right size.

use std::ops::Deref;

use zeroize::Zeroizing;

/// The text of a JSON string.
pub enum Text<'a> {
    /// The text as it stands in the document.
    Borrowed(&'a str),
    /// The text after its escapes were replaced.
    Unescaped(Zeroizing<String>),
}

impl Text<'_> {
    /// An owned copy whose capacity is its length, so that boxing it leaves no copy behind.
    #[inline]
    pub fn into_string(self) -> String {
        match self {
            Text::Borrowed(text) => text.to_owned(),
            Text::Unescaped(mut text) => std::mem::take(&mut *text),
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Unescaped(text) => text,
        }
    }
}

/// The string has a surrogate without its partner: valid in JSON, but not in Unicode text.
#[derive(Debug, PartialEq, Eq)]
pub struct LoneSurrogate;

/// Reads a JSON string with its quotes. Its syntax was checked before.
pub fn unquote(quoted: &str) -> Result<Text<'_>, LoneSurrogate> {
    unescaped(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default())
}

/// Reads the contents of a JSON string, with escapes.
pub fn unescaped(inner: &str) -> Result<Text<'_>, LoneSurrogate> {
    let mut length = 0;
    unescape(inner, &mut |piece| length += piece.len())?;
    // The exact size, so that the string never moves while it grows.
    let mut text = Zeroizing::new(String::with_capacity(length));
    unescape(inner, &mut |piece| text.push_str(piece))?;
    Ok(Text::Unescaped(text))
}

/// Emits the text in pieces, in order.
fn unescape(mut rest: &str, emit: &mut dyn FnMut(&str)) -> Result<(), LoneSurrogate> {
    while let Some(at) = rest.find('\\') {
        emit(&rest[..at]);
        let (character, after) = escape(&rest[at + 1..])?;
        emit(character.encode_utf8(&mut [0; 4]));
        rest = after;
    }
    emit(rest);
    Ok(())
}

/// The character of an escape, from the text after its backslash, and the rest.
fn escape(text: &str) -> Result<(char, &str), LoneSurrogate> {
    let mut chars = text.chars();
    let character = match chars.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unicode(chars.as_str()),
        // `"`, `\` and `/` stand for themselves; the scanner lets nothing else through.
        Some(other) => other,
        None => '\\',
    };
    Ok((character, chars.as_str()))
}

/// `XXXX`, or `XXXX\uXXXX` for a surrogate pair.
fn unicode(text: &str) -> Result<(char, &str), LoneSurrogate> {
    let (first, after) = hex(text)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, after));
    }
    let (second, after) = after.strip_prefix("\\u").ok_or(LoneSurrogate).and_then(hex)?;
    match (first, second) {
        (0xD800..=0xDBFF, 0xDC00..=0xDFFF) => {
            let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            char::from_u32(code).map(|character| (character, after)).ok_or(LoneSurrogate)
        }
        _ => Err(LoneSurrogate),
    }
}

/// Four hexadecimal digits, and the rest.
fn hex(text: &str) -> Result<(u32, &str), LoneSurrogate> {
    let (digits, after) = text.split_at_checked(4).ok_or(LoneSurrogate)?;
    let code = u32::from_str_radix(digits, 16).map_err(|_| LoneSurrogate)?;
    Ok((code, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(quoted: &str) -> Result<String, LoneSurrogate> {
        unquote(quoted).map(Text::into_string)
    }

    #[test]
    fn every_escape_is_read_as_serde_json_reads_it() {
        for quoted in [
            r#""""#,
            r#""plain""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\u0041\u00e9\u20AC""#,
            r#""\ud83d\ude00 and \uD83D\uDE00""#,
            r#""\u0000""#,
            r#""grüße \\u0041""#,
        ] {
            let expected: String = serde_json::from_str(quoted).expect(quoted);
            assert_eq!(text(quoted), Ok(expected), "{quoted}");
        }
    }

    #[test]
    fn a_lone_surrogate_is_refused() {
        for quoted in
            [r#""\ud83d""#, r#""\ude00""#, r#""\ud83dx""#, r#""\ud83d\n""#, r#""\ud83d\ud83d""#, r#""\ud83d\u0041""#]
        {
            assert_eq!(text(quoted), Err(LoneSurrogate), "{quoted}");
        }
    }

    #[test]
    fn an_unescaped_string_has_no_spare_capacity() {
        let string = text(r#""a\nb\u00e9\ud83d\ude00""#).expect("valid");
        assert_eq!(string.capacity(), string.len());
    }
}
