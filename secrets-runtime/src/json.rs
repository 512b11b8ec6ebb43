//! JSON text (RFC 8259), scanned once: records the position of each value, so that later reads find it directly.
//!
//! One pass, no recursion, no copies. `serde_json`'s raw values would do the same in twice the time of decoding without
//! them (`benches/decode.rs`); a test checks that both accept and reject the same texts.

mod scan;
mod text;

use std::num::NonZeroU32;

use text::unescaped;
pub use text::{LoneSurrogate, Text, unquote};

/// Where a text stops being JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The position of the byte that does not fit; the length of the text if it ends too early.
    pub at: usize,
    /// What the grammar expects there. It reveals nothing of the text.
    pub expected: &'static str,
}

/// A text, and the positions of the values in it.
pub struct Document<'t> {
    text: &'t str,
    /// A value comes before the values inside it; in an object, each key comes before its value.
    nodes: Vec<Node>,
}

/// A value, or a key.
#[derive(Clone, Copy)]
struct Node {
    start: u32,
    end: u32,
    /// The position of the node after the value; the lowest bit says whether a string has escapes.
    next: u32,
}

impl Node {
    fn next(self) -> usize {
        (self.next >> 1) as usize
    }
}

/// The position of a value among those of its document.
#[derive(Clone, Copy, Debug)]
pub struct Position(NonZeroU32);

/// A value of a document.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    document: &'a Document<'a>,
    /// Its position in the text.
    start: u32,
    end: u32,
    /// The position of its node.
    at: u32,
    /// Whether it is a string with escapes.
    has_escapes: bool,
}

impl<'t> Document<'t> {
    /// Parses one value, with white space around it.
    pub fn parse(text: &'t str) -> Result<Self, Broken> {
        Ok(Self { text, nodes: scan::scan(text)? })
    }

    /// A plain text, without JSON values.
    pub fn plain(text: &'t str) -> Self {
        Self { text, nodes: Vec::new() }
    }

    pub fn root(&self) -> Value<'_> {
        if let Some(&node) = self.nodes.first() {
            return self.value(0, node);
        }
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
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
    /// The value as it is written.
    #[inline]
    pub fn text(self) -> &'a str {
        self.document.text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The first byte.
    #[inline]
    pub fn first(self) -> Option<u8> {
        self.document.text.as_bytes().get(self.start as usize).copied()
    }

    #[cfg(test)]
    fn has_escapes(self) -> bool {
        self.has_escapes
    }

    /// Its position, for values inside the root.
    #[inline]
    pub fn position(self) -> Position {
        Position(NonZeroU32::new(self.at).unwrap_or(NonZeroU32::MIN))
    }

    /// Another value of the same document.
    #[inline]
    pub fn at(self, Position(at): Position) -> Self {
        let at = at.get() as usize;
        self.document.nodes.get(at).map_or(self, |&node| self.document.value(at, node))
    }

    /// Whether it is this string, written without escapes.
    #[inline]
    pub fn is_plainly(self, text: &str) -> bool {
        !self.has_escapes && self.inner() == text
    }

    /// A string without its quotes.
    #[inline]
    fn inner(self) -> &'a str {
        let inner = self.start as usize + 1..(self.end as usize).saturating_sub(1);
        self.document.text.get(inner).unwrap_or_default()
    }

    /// The text of a string.
    #[inline]
    pub fn unquoted(self) -> Result<Text<'a>, LoneSurrogate> {
        if self.has_escapes { unescaped(self.inner()) } else { Ok(Text::Borrowed(self.inner())) }
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

/// The values inside another one.
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

/// The keys and values inside an object.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Random changes to documents, the same on every machine.
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

    /// Compares a value with the other parser's.
    fn same(value: Value<'_>, other: &serde_json::Value) {
        match other {
            serde_json::Value::Object(members) => {
                let entries: Vec<_> = value.entries().collect();
                assert!(entries.len() >= members.len());
                for (key, value) in entries {
                    let key = key.unquoted().expect("a key").into_string();
                    // Of two values with the same key, the other parser keeps the last.
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
                // A lone surrogate is valid JSON, but the other parser cannot hold it.
                (Ok(_), Err(_)) => {
                    assert!(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(), "{text:?}");
                }
                (Err(Broken { at, .. }), Ok(_)) => panic!("{text:?} is refused at {at}"),
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
