//! Scans a text: finds the position of each value, and whether the text is JSON at all.
//!
//! Positions are passed from function to function instead of being kept in a struct, so that they stay in registers: a
//! quarter of the time, measured.

#![allow(clippy::inline_always, reason = "what runs once a value; a tenth of the decoder's time, measured")]
#![allow(clippy::cast_possible_truncation, reason = "the length is looked at in the beginning")]

use super::{Broken, Node};

/// The positions of the value that the text is, and of the values inside it.
pub fn scan(text: &str) -> Result<Vec<Node>, Broken> {
    let bytes = text.as_bytes();
    // Positions in a text above two gigabytes would not fit.
    if bytes.len() > (u32::MAX >> 1) as usize {
        return Err(Broken { at: 0, expected: "less than two gigabytes" });
    }
    // In most documents, a key or value takes at least sixteen bytes, including quotes and separators.
    let mut nodes = Nodes { nodes: Vec::with_capacity(bytes.len() / 16 + 1), container: NONE };
    let (mut closing, mut at) = (NONE_CLOSING, space(bytes, 0));
    loop {
        let start = at;
        match bytes.get(at) {
            Some(b'"') => {
                let (end, has_escapes) = string(bytes, at)?;
                nodes.push(start, end, has_escapes);
                at = end;
            }
            Some(opening @ (b'{' | b'[')) => {
                closing = opening + 2;
                nodes.open(start);
                at = space(bytes, at + 1);
                if bytes.get(at) != Some(&closing) {
                    if closing == b'}' {
                        at = key(bytes, at, &mut nodes)?;
                    }
                    continue;
                }
                at += 1;
                closing = nodes.close(bytes, at);
            }
            Some(b'-' | b'0'..=b'9') => {
                at = number(bytes, at)?;
                nodes.push(start, at, false);
            }
            Some(b't') => at = word(bytes, at, b"true", &mut nodes)?,
            Some(b'f') => at = word(bytes, at, b"false", &mut nodes)?,
            Some(b'n') => at = word(bytes, at, b"null", &mut nodes)?,
            _ => return Err(Broken { at, expected: "a value" }),
        }
        // After a value: another one, or the end of its container.
        loop {
            at = space(bytes, at);
            match bytes.get(at) {
                Some(b',') if closing != NONE_CLOSING => break,
                Some(&byte) if byte == closing => closing = nodes.close(bytes, at + 1),
                None if closing == NONE_CLOSING => return Ok(nodes.nodes),
                _ => return Err(Broken { at, expected: after_value(closing) }),
            }
            at += 1;
        }
        at = space(bytes, at + 1);
        if closing == b'}' {
            at = key(bytes, at, &mut nodes)?;
        }
    }
}

/// The closing byte outside of any container: a byte that no text contains.
const NONE_CLOSING: u8 = 0xFF;

/// No container.
const NONE: u32 = u32::MAX;

struct Nodes {
    nodes: Vec<Node>,
    /// The object or array that is still open; until it closes, its node holds the container around it. Depth costs no
    /// stack.
    container: u32,
}

impl Nodes {
    #[inline(always)]
    fn push(&mut self, start: usize, end: usize, has_escapes: bool) {
        let next = ((self.nodes.len() + 1) as u32) << 1 | u32::from(has_escapes);
        self.nodes.push(Node { start: start as u32, end: end as u32, next });
    }

    fn open(&mut self, start: usize) {
        let container = self.nodes.len() as u32;
        self.nodes.push(Node { start: start as u32, end: self.container, next: 0 });
        self.container = container;
    }

    /// Ends the container. Returns the closing byte of the one around it.
    fn close(&mut self, bytes: &[u8], end: usize) -> u8 {
        let next = (self.nodes.len() as u32) << 1;
        let node = &mut self.nodes[self.container as usize];
        self.container = node.end;
        (node.end, node.next) = (end as u32, next);
        match self.nodes.get(self.container as usize) {
            Some(around) => bytes[around.start as usize] + 2,
            None => NONE_CLOSING,
        }
    }
}

/// A key and its colon.
#[inline(always)]
fn key(bytes: &[u8], start: usize, nodes: &mut Nodes) -> Result<usize, Broken> {
    if bytes.get(start) != Some(&b'"') {
        return Err(Broken { at: start, expected: "a key in double quotes" });
    }
    let (end, has_escapes) = string(bytes, start)?;
    nodes.push(start, end, has_escapes);
    let at = expect(bytes, space(bytes, end), b':', "`:` after the key")?;
    Ok(space(bytes, at))
}

#[inline(always)]
fn expect(bytes: &[u8], at: usize, byte: u8, expected: &'static str) -> Result<usize, Broken> {
    if bytes.get(at) == Some(&byte) { Ok(at + 1) } else { Err(Broken { at, expected }) }
}

/// What may follow a value.
#[cold]
fn after_value(closing: u8) -> &'static str {
    match closing {
        b'}' => "`,` or `}`",
        b']' => "`,` or `]`",
        _ => "the end of the text",
    }
}

#[inline(always)]
fn space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

fn word(bytes: &[u8], start: usize, word: &[u8], nodes: &mut Nodes) -> Result<usize, Broken> {
    let end = word.iter().try_fold(start, |at, &byte| expect(bytes, at, byte, "`true`, `false` or `null`"))?;
    nodes.push(start, end, false);
    Ok(end)
}

fn number(bytes: &[u8], mut at: usize) -> Result<usize, Broken> {
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    at += usize::from(is(at, b'-'));
    at = if is(at, b'0') { at + 1 } else { digits(bytes, at)? };
    if is(at, b'.') {
        at = digits(bytes, at + 1)?;
    }
    if is(at, b'e') || is(at, b'E') {
        let sign = is(at + 1, b'+') || is(at + 1, b'-');
        at = digits(bytes, at + 1 + usize::from(sign))?;
    }
    Ok(at)
}

/// At least one digit.
fn digits(bytes: &[u8], start: usize) -> Result<usize, Broken> {
    let count = bytes.get(start..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count > 0 { Ok(start + count) } else { Err(Broken { at: start, expected: "a digit" }) }
}

/// Where a string ends, and whether it has escapes.
#[inline(always)]
fn string(bytes: &[u8], at: usize) -> Result<(usize, bool), Broken> {
    let at = end_of_plain(bytes, expect(bytes, at, b'"', "a string in double quotes")?);
    if bytes.get(at) == Some(&b'"') {
        return Ok((at + 1, false));
    }
    escaped_string(bytes, at)
}

/// Continues a string from its first special byte.
#[inline(never)]
fn escaped_string(bytes: &[u8], mut at: usize) -> Result<(usize, bool), Broken> {
    let mut has_escapes = false;
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok((at + 1, has_escapes)),
            Some(b'\\') => at = escape(bytes, at + 1)?,
            None => return Err(Broken { at, expected: "`\"` at the end of the string" }),
            // A control character.
            _ => {
                return Err(Broken {
                    at,
                    expected: "no line break or control character in a string; write `\\n` for one",
                });
            }
        }
        has_escapes = true;
        at = end_of_plain(bytes, at);
    }
}

/// The characters after a backslash.
fn escape(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    match bytes.get(at) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
        Some(b'u') => (at + 1..at + 5).try_fold(at + 1, |_, at| match bytes.get(at) {
            Some(byte) if byte.is_ascii_hexdigit() => Ok(at + 1),
            _ => Err(Broken { at, expected: "four hexadecimal digits after `\\u`" }),
        }),
        _ => Err(Broken { at, expected: "an escape such as `\\n`, or `\\\\` for a backslash" }),
    }
}

/// The position of the first special byte of a string at or after `at`; checks eight bytes at a time.
#[inline(always)]
fn end_of_plain(bytes: &[u8], at: usize) -> usize {
    let mut rest = bytes.get(at..).unwrap_or_default();
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return bytes.len() - rest.len() + (special.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let plain = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count();
    bytes.len() - rest.len() + plain
}

/// Sets the high bit of the bytes that end a plain string: `"`, `\` and control characters. Bytes above the first
/// marked one may be marked by mistake.
#[inline]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    // A byte below 0x80 gets its high bit if it was below `end`. A byte above keeps its bit, and is left out at the
    // end.
    let below = |word: u64, end: u8| word.wrapping_sub(ONES * u64::from(end));
    let quote = below(word ^ (ONES * u64::from(b'"')), 1);
    let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
    let control = below(word, 0x20);
    (quote | backslash | control) & !word & (ONES << 7)
}
