//! JSON text (RFC 8259), read once: where each value stands, so that whoever reads it afterwards finds it without looking for it.
//!
//! One pass, no recursion, no copies. `serde_json`'s raw values would do the same at twice the time of decoding without them
//! (`benches/decode.rs`); a test compares the two on what is JSON and what is not.

mod text;

use text::unescaped;
pub use text::{LoneSurrogate, Text, unquote};

/// Where a text stops being JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The byte that does not fit; the length of the text if it ends too early.
    pub at: usize,
}

/// A text, and where the values in it stand.
pub struct Document<'t> {
    text: &'t str,
    /// A value comes before what is in it; in an object, each key before its value.
    nodes: Vec<Node>,
}

/// A value, or a key.
#[derive(Clone, Copy)]
struct Node {
    start: u32,
    end: u32,
    /// The position of what follows the value, and whether a string has escapes in the lowest bit.
    next: u32,
}

impl Node {
    fn next(self) -> usize {
        (self.next >> 1) as usize
    }
}

/// A value of a document.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    document: &'a Document<'a>,
    /// Where it stands in the text.
    start: u32,
    end: u32,
    /// The position of its node.
    at: u32,
    /// Whether it is a string with escapes.
    has_escapes: bool,
}

impl<'t> Document<'t> {
    /// Reads one value, with white space around it.
    pub fn parse(text: &'t str) -> Result<Self, Broken> {
        // Most values take more than eight bytes, their keys and punctuation included.
        let nodes = Vec::with_capacity(text.len() / 8 + 1);
        let mut scanner = Scanner { text, at: 0, nodes, container: NONE };
        match scanner.document() {
            // Beyond two gigabytes, positions would not be what they are.
            Ok(()) if text.len() < NONE as usize / 2 => Ok(Self { text, nodes: scanner.nodes }),
            _ => Err(Broken { at: scanner.at }),
        }
    }

    /// A text that stands for itself, and has no values.
    pub fn plain(text: &'t str) -> Self {
        Self { text, nodes: Vec::new() }
    }

    pub fn root(&self) -> Value<'_> {
        if let Some(&node) = self.nodes.first() {
            return self.value(0, node);
        }
        let end = u32::try_from(self.text.len()).unwrap_or(NONE);
        Value { document: self, start: 0, end, at: 0, has_escapes: false }
    }

    #[inline(always)]
    #[allow(clippy::inline_always, clippy::cast_possible_truncation, reason = "as of the scanner")]
    fn value(&self, at: usize, node: Node) -> Value<'_> {
        let Node { start, end, next } = node;
        Value { document: self, start, end, at: at as u32, has_escapes: next & 1 == 1 }
    }
}

impl<'a> Value<'a> {
    /// As it is written.
    #[inline]
    pub fn text(self) -> &'a str {
        self.document.text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The byte that it begins with.
    #[inline]
    pub fn first(self) -> Option<u8> {
        self.document.text.as_bytes().get(self.start as usize).copied()
    }

    #[cfg(test)]
    fn has_escapes(self) -> bool {
        self.has_escapes
    }

    /// The text of a string.
    #[inline]
    pub fn unquoted(self) -> Result<Text<'a>, LoneSurrogate> {
        let inner = self.start as usize + 1..(self.end as usize).saturating_sub(1);
        let inner = self.document.text.get(inner).unwrap_or_default();
        if self.has_escapes { unescaped(inner) } else { Ok(Text::Borrowed(inner)) }
    }

    /// The items of an array.
    #[inline]
    pub fn items(self) -> Items<'a> {
        let at = self.at as usize;
        let end = self.document.nodes.get(at).map_or(0, |node| node.next());
        Items { document: self.document, next: at + 1, end }
    }

    /// The keys of an object and their values, in the order of the text, duplicates included.
    #[inline]
    pub fn entries(self) -> Entries<'a> {
        Entries(self.items())
    }
}

/// The values in another.
pub struct Items<'a> {
    document: &'a Document<'a>,
    next: usize,
    end: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        if self.next >= self.end {
            return None;
        }
        let (at, node) = (self.next, *self.document.nodes.get(self.next)?);
        self.next = node.next();
        Some(self.document.value(at, node))
    }
}

/// The keys and values in an object.
pub struct Entries<'a>(Items<'a>);

impl<'a> Iterator for Entries<'a> {
    type Item = (Value<'a>, Value<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let Items { document, next, end } = self.0;
        if next >= end {
            return None;
        }
        let nodes = &document.nodes;
        let (key, value) = (*nodes.get(next)?, *nodes.get(next + 1)?);
        self.0.next = value.next();
        Some((document.value(next, key), document.value(next + 1, value)))
    }
}

/// No container.
const NONE: u32 = u32::MAX;

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    nodes: Vec<Node>,
    /// The object or array that is not closed yet; until it is, its node says which it is in. Depth costs no stack.
    container: u32,
}

/// The byte that a scanner has come to does not fit.
struct Unfit;

#[allow(clippy::inline_always, reason = "what runs once a value; a tenth of the decoder's time, measured")]
#[allow(clippy::cast_possible_truncation, reason = "the length is looked at in the end")]
impl Scanner<'_> {
    fn document(&mut self) -> Result<(), Unfit> {
        self.space();
        self.value()?;
        while self.container != NONE {
            let start = self.nodes[self.container as usize].start as usize;
            let closing = if self.text.as_bytes()[start] == b'{' { b'}' } else { b']' };
            // One container at a time: most of what follows a value is a comma.
            while self.comma_or(closing)? {
                let before = self.container;
                if closing == b'}' {
                    self.key()?;
                }
                self.value()?;
                if self.container != before {
                    break;
                }
            }
        }
        self.space();
        if self.at == self.text.len() { Ok(()) } else { Err(Unfit) }
    }

    /// A value, or the beginning of one up to the first value in it.
    #[inline(always)]
    fn value(&mut self) -> Result<(), Unfit> {
        loop {
            let start = self.at;
            match self.peek() {
                Some(b'"') => {
                    let has_escapes = self.string()?;
                    self.push(start, has_escapes);
                }
                Some(b'{') => {
                    if !self.open(b'}') {
                        self.key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    if !self.open(b']') {
                        continue;
                    }
                }
                Some(b'-' | b'0'..=b'9') => {
                    self.number()?;
                    self.push(start, false);
                }
                Some(b't') => self.word("true")?,
                Some(b'f') => self.word("false")?,
                Some(b'n') => self.word("null")?,
                _ => return Err(Unfit),
            }
            return Ok(());
        }
    }

    /// An opening bracket; whether it closes at once.
    fn open(&mut self, closing: u8) -> bool {
        let container = self.nodes.len() as u32;
        self.nodes.push(Node { start: self.at as u32, end: self.container, next: 0 });
        self.container = container;
        self.at += 1;
        self.space();
        let is_empty = self.eat(closing);
        if is_empty {
            self.close();
        }
        is_empty
    }

    /// After a closing bracket.
    fn close(&mut self) {
        let next = (self.nodes.len() as u32) << 1;
        let node = &mut self.nodes[self.container as usize];
        self.container = node.end;
        (node.end, node.next) = (self.at as u32, next);
    }

    /// After a value: whether another follows, or the container is closed.
    #[inline(always)]
    fn comma_or(&mut self, closing: u8) -> Result<bool, Unfit> {
        self.space();
        if self.eat(b',') {
            self.space();
            return Ok(true);
        }
        self.expect(closing)?;
        self.close();
        Ok(false)
    }

    /// A key and its colon.
    #[inline(always)]
    fn key(&mut self) -> Result<(), Unfit> {
        let start = self.at;
        let has_escapes = self.string()?;
        self.push(start, has_escapes);
        self.space();
        self.expect(b':')?;
        self.space();
        Ok(())
    }

    #[inline(always)]
    fn push(&mut self, start: usize, has_escapes: bool) {
        let next = ((self.nodes.len() + 1) as u32) << 1 | u32::from(has_escapes);
        self.nodes.push(Node { start: start as u32, end: self.at as u32, next });
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Unfit> {
        if self.eat(byte) { Ok(()) } else { Err(Unfit) }
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Unfit> {
        let start = self.at;
        word.bytes().try_for_each(|byte| self.expect(byte))?;
        self.push(start, false);
        Ok(())
    }

    fn number(&mut self) -> Result<(), Unfit> {
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(())
    }

    /// At least one.
    fn digits(&mut self) -> Result<(), Unfit> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Unfit) }
    }

    /// Whether it has escapes.
    #[inline]
    fn string(&mut self) -> Result<bool, Unfit> {
        let bytes = self.text.as_bytes();
        self.expect(b'"')?;
        self.at = end_of_plain(bytes, self.at);
        if bytes.get(self.at) == Some(&b'"') {
            self.at += 1;
            return Ok(false);
        }
        self.escaped_string()
    }

    /// From the first byte of a string on that does not stand for itself.
    #[inline(never)]
    fn escaped_string(&mut self) -> Result<bool, Unfit> {
        let mut has_escapes = false;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(has_escapes);
                }
                Some(b'\\') => {
                    has_escapes = true;
                    self.escape()?;
                }
                // The end, or a control character.
                _ => return Err(Unfit),
            }
            self.at = end_of_plain(self.text.as_bytes(), self.at);
        }
    }

    fn escape(&mut self) -> Result<(), Unfit> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                self.at += 1;
                (0..4).try_for_each(|_| match self.peek() {
                    Some(b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                        self.at += 1;
                        Ok(())
                    }
                    _ => Err(Unfit),
                })
            }
            _ => Err(Unfit),
        }
    }
}

/// Where, from a position on, the first byte of a string is that does not stand for itself; looks at eight at a time.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as of the scanner")]
fn end_of_plain(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count()
}

/// Marks, with their high bits, the bytes that end what is plain: `"`, `\` and control characters. Bytes above the first
/// mark may be marked by mistake.
#[inline]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    // A byte below 0x80 gets its high bit if it was below `end`; one above keeps it, and is left out in the end.
    let below = |word: u64, end: u8| word.wrapping_sub(ONES * u64::from(end));
    let quote = below(word ^ (ONES * u64::from(b'"')), 1);
    let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
    let control = below(word, 0x20);
    (quote | backslash | control) & !word & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random changes of documents, the same on every machine.
    fn mutated(seed: u64) -> String {
        const DOCUMENTS: [&str; 4] = [
            r#"{"a": [1, -2.5e+10, {"b\n": null}], "é": "\ud83d\ude00 \"x\" long enough for several words", "": {}}"#,
            "[[], [[]], {}, {\"k\":{\"k\":[true,false,null]}}, 0, -0, 0.0, 1E5]",
            "\"a string \\u00e9 with escapes \\\\ and more than eight plain bytes\"",
            " {\"port\" : \"5432\" ,\t\"x\":[ ] } ",
        ];
        const PIECES: [&str; 24] = [
            "\"", "\\", "\\u", "{", "}", "[", "]", ":", ",", " ", "\n", "\0", "\u{1f}", "\u{7f}", "é", "0", "1", "-",
            ".", "e", "+", "true", "nul", "\\u12",
        ];
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut below = |end: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 11).unwrap_or(0) % end
        };
        let mut text = DOCUMENTS[below(DOCUMENTS.len())].to_owned();
        for _ in 0..=below(3) {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (from, to) = (places[below(places.len())], places[below(places.len())]);
            let piece = PIECES[below(PIECES.len())];
            match below(3) {
                0 => text.insert_str(from, piece),
                1 if from <= to && to - from < 5 => text.replace_range(from..to, piece),
                _ => text.replace_range(from..text[from..].chars().next().map_or(from, |c| from + c.len_utf8()), ""),
            }
        }
        text
    }

    /// Compares a value with another reader's.
    fn same(value: Value<'_>, other: &serde_json::Value) {
        match other {
            serde_json::Value::Object(members) => {
                let entries: Vec<_> = value.entries().collect();
                assert!(entries.len() >= members.len());
                for (key, value) in entries {
                    let key = key.unquoted().expect("a key").into_string();
                    // Of two of one name, the last is the other reader's.
                    if value.text().len() == members[&key].to_string().len() || value.entries().next().is_none() {
                        assert!(members.contains_key(&key));
                    }
                }
            }
            serde_json::Value::Array(items) => {
                let found: Vec<_> = value.items().collect();
                assert_eq!(found.len(), items.len());
                found.into_iter().zip(items).for_each(|(value, item)| same(value, item));
            }
            serde_json::Value::String(text) => assert_eq!(&*value.unquoted().expect("text"), text),
            other => assert_eq!(serde_json::from_str::<serde_json::Value>(value.text()).ok().as_ref(), Some(other)),
        }
    }

    #[test]
    fn json_is_what_serde_json_takes_for_it() {
        let (mut valid, mut invalid) = (0, 0);
        for seed in 0..200_000 {
            let text = mutated(seed);
            let other = serde_json::from_str::<serde_json::Value>(&text);
            match (Document::parse(&text), other) {
                (Ok(document), Ok(other)) => {
                    same(document.root(), &other);
                    valid += 1;
                }
                (Err(_), Err(_)) => invalid += 1,
                // A surrogate without its partner is JSON, and nothing that the other reader holds.
                (Ok(_), Err(_)) => {
                    assert!(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(), "{text:?}");
                }
                (Err(Broken { at }), Ok(_)) => panic!("{text:?} is refused at {at}"),
            }
        }
        assert!(valid > 10_000 && invalid > 10_000, "{valid} valid, {invalid} invalid");
    }

    #[test]
    fn the_pieces_of_a_document_are_its_own_text() {
        let document = Document::parse(r#" { "a" : [1, {"x":2}] ,"\n":"é" } "#).expect("valid");
        let found: Vec<_> =
            document.root().entries().map(|(key, value)| (key.text(), key.has_escapes(), value.text())).collect();
        assert_eq!(found, [("\"a\"", false, r#"[1, {"x":2}]"#), (r#""\n""#, true, r#""é""#)]);
        let document = Document::parse("[1 , [ ] ,\"]\"]").expect("valid");
        let found: Vec<_> = document.root().items().map(Value::text).collect();
        assert_eq!(found, ["1", "[ ]", "\"]\""]);
        assert_eq!(Document::plain("a text").root().text(), "a text");
    }

    #[test]
    fn the_byte_that_does_not_fit_is_found() {
        let broken = |text: &str| Document::parse(text).map(|_| ()).expect_err(text).at;
        assert_eq!(broken(r#"{"a":01}"#), 6);
        assert_eq!(broken(r#"{"a":1,}"#), 7);
        assert_eq!(broken(r#"{"a":1"#), 6);
        assert_eq!(broken("{\"a\":\"\u{1}\"}"), 6);
        assert_eq!(broken(r#"{"a":tru}"#), 8);
        assert_eq!(broken(r"{} x"), 3);
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(Document::parse(&deep).is_ok() && Document::parse(&deep[1..]).is_err());
    }
}
