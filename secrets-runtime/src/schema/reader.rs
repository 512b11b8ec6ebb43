//! Reads JSON at compile time, once, into a table that the checks of a file look things up in.
//!
//! The compiler interprets this for each type with a `schema`: one pass over the text, no recursion, no copies of it.

/// How deep values may be nested.
const DEEPEST: usize = 64;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// A piece of the text; of a string, what is between the quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Of a string as it is written; [`UNKNOWN`] where there are escapes.
    pub(super) hash: u32,
}

/// The hash of a string that has to be compared in full.
pub(super) const UNKNOWN: u32 = 0;

const REF: u32 = hash_of("$ref");
const ALL_OF: u32 = hash_of("allOf");
const ANY_OF: u32 = hash_of("anyOf");
const ONE_OF: u32 = hash_of("oneOf");
const TYPE: u32 = hash_of("type");
const TITLE: u32 = hash_of("title");
const DESCRIPTION: u32 = hash_of("description");

/// The hash of a name, which has to tell most keys of a file apart.
pub(super) const fn hash_of(name: &str) -> u32 {
    hash(name.as_bytes(), 0, name.len())
}

/// Four bytes of a name and its length: whoever interprets this pays for every step. Names that differ elsewhere are compared.
#[expect(clippy::cast_possible_truncation, reason = "a part of the length is enough")]
const fn hash(text: &[u8], start: usize, end: usize) -> u32 {
    let length = end - start;
    if length < 2 {
        return if length == 0 { 1 } else { text[start] as u32 | 0x100 };
    }
    let ends = text[end - 1] as u32 | (text[end - 2] as u32) << 8;
    let others = (text[start] ^ text[start + length / 2]) as u32 | 0x100;
    ends | others << 16 | (length as u32) << 25
}

impl Span {
    const NOTHING: Self = Self { start: 0, end: 0, hash: UNKNOWN };
}

// A value takes so many places of a table, and is followed there by what is in it. They are numbers, and not a struct, because
// compilers validate arrays of numbers as a whole, and arrays of anything else item by item.
pub(super) const SIZE: usize = 8;
/// What it is: `OBJECT` and so on.
pub(super) const KIND: usize = 0;
/// Where the next value is that is not in this one.
pub(super) const NEXT: usize = 1;
/// The key it stands under, in an object.
pub(super) const KEY_START: usize = 2;
pub(super) const KEY_END: usize = 3;
pub(super) const KEY_HASH: usize = 4;
pub(super) const START: usize = 5;
pub(super) const END: usize = 6;
pub(super) const HASH: usize = 7;

/// An object with no keys but `type`, `title` and `description`, by their hashes, which those of no other keyword are: what most
/// properties are.
pub(super) const TYPE_ALONE: u32 = 0;
pub(super) const OBJECT: u32 = 1;
/// An object with a key that names other schemas.
pub(super) const NAMES_SCHEMAS: u32 = 2;
const ARRAY: u32 = 3;
const STRING: u32 = 4;
const NUMBER: u32 = 5;
const TRUE: u32 = 6;
const FALSE: u32 = 7;
const NULL: u32 = 8;

impl Kind {
    /// What a number in the table stands for.
    pub(super) const fn of(number: u32) -> Self {
        match number {
            TYPE_ALONE | OBJECT | NAMES_SCHEMAS => Self::Object,
            ARRAY => Self::Array,
            STRING => Self::String,
            NUMBER => Self::Number,
            TRUE => Self::True,
            FALSE => Self::False,
            _ => Self::Null,
        }
    }
}

/// What was expected where the text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotJson {
    pub(super) at: usize,
    pub(super) expected: &'static str,
}

/// The values of a text, in its order.
#[derive(Debug)]
#[doc(hidden)]
pub struct Table<const N: usize> {
    nodes: [u32; N],
    error: Option<NotJson>,
}

impl<const N: usize> Table<N> {
    /// Reads a text whose values take at most `N` [places](capacity).
    #[must_use]
    pub const fn read(text: &str) -> Self {
        let mut nodes = [0; N];
        let mut reader = Reader {
            text: text.as_bytes(),
            rest: text.as_bytes(),
            nodes: &mut nodes,
            length: 0,
            key: Span::NOTHING,
            open: [0; DEEPEST],
            depth: 0,
        };
        let error = match reader.values() {
            Ok(()) => None,
            Err(error) => Some(error),
        };
        Self { nodes, error }
    }

    pub(super) const fn nodes(&self) -> Result<&[u32], NotJson> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(&self.nodes),
        }
    }
}

/// At least how many places the values of a text take: each has a byte, and one that tells it from the next.
#[doc(hidden)]
#[must_use]
pub const fn capacity(text: &str) -> usize {
    (text.len() / 2 + 1) * SIZE
}

/// What it reads it takes off a slice by patterns, each byte of which is one step to an interpreter.
struct Reader<'t> {
    text: &'t [u8],
    rest: &'t [u8],
    nodes: &'t mut [u32],
    length: usize,
    /// That of the next value.
    key: Span,
    /// The objects and arrays that are not closed yet.
    open: [usize; DEEPEST],
    depth: usize,
}

impl Reader<'_> {
    const fn values(&mut self) -> Result<(), NotJson> {
        loop {
            let opened = match self.value() {
                Ok(opened) => opened,
                Err(error) => return Err(error),
            };
            if opened {
                continue;
            }
            match self.after_value() {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads a value; whether it has values in it, of which the first is next.
    const fn value(&mut self) -> Result<bool, NotJson> {
        self.white_space();
        let start = self.at();
        let kind = match self.peek() {
            bracket @ (b'{' | b'[') => return self.open(bracket),
            b'"' => {
                return match self.string() {
                    Ok(text) => {
                        self.push(STRING, text);
                        Ok(false)
                    }
                    Err(error) => Err(error),
                };
            }
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.literal(),
        };
        match kind {
            Ok(kind) => {
                self.push(kind, Span { start, end: self.at(), hash: UNKNOWN });
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "`include_str!` takes no files of gigabytes into a constant")]
    const fn push(&mut self, kind: u32, text: Span) {
        let (at, nodes) = (self.length, &mut *self.nodes);
        self.length += SIZE;
        if self.length > nodes.len() {
            return;
        }
        nodes[at + KIND] = kind;
        nodes[at + NEXT] = self.length as u32;
        nodes[at + START] = text.start as u32;
        nodes[at + END] = text.end as u32;
        nodes[at + HASH] = text.hash;
        if self.key.start > 0 {
            nodes[at + KEY_START] = self.key.start as u32;
            nodes[at + KEY_END] = self.key.end as u32;
            nodes[at + KEY_HASH] = self.key.hash;
            self.key = Span::NOTHING;
        }
    }

    const fn open(&mut self, bracket: u8) -> Result<bool, NotJson> {
        if self.depth == DEEPEST {
            return Err(self.expected("values that are nested less deeply"));
        }
        let kind = if bracket == b'{' { TYPE_ALONE } else { ARRAY };
        self.open[self.depth] = self.length;
        self.depth += 1;
        self.push(kind, Span { start: self.at(), end: self.at(), hash: UNKNOWN });
        self.skip();
        self.white_space();
        match (kind, self.peek()) {
            (TYPE_ALONE, b'}') | (ARRAY, b']') => Ok(false),
            (TYPE_ALONE, _) => self.read_key(),
            _ => Ok(true),
        }
    }

    /// Closes what ends here; whether another value follows.
    const fn after_value(&mut self) -> Result<bool, NotJson> {
        loop {
            self.white_space();
            if self.depth == 0 {
                return if self.rest.is_empty() { Ok(false) } else { Err(self.expected("nothing more")) };
            }
            let container = self.open[self.depth - 1];
            let is_object = self.nodes[container + KIND] <= NAMES_SCHEMAS;
            match (is_object, self.peek()) {
                (true, b'}') | (false, b']') => {
                    self.skip();
                    self.depth -= 1;
                    self.close(container);
                }
                (true, b',') => {
                    self.skip();
                    return self.read_key();
                }
                (false, b',') => {
                    self.skip();
                    return Ok(true);
                }
                (true, _) => return Err(self.expected("`,` or `}`")),
                (false, _) => return Err(self.expected("`,` or `]`")),
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "as in `push`")]
    const fn close(&mut self, container: usize) {
        self.nodes[container + NEXT] = self.length as u32;
        self.nodes[container + END] = self.at() as u32;
    }

    /// `"key":`
    const fn read_key(&mut self) -> Result<bool, NotJson> {
        self.white_space();
        if self.peek() != b'"' {
            return Err(self.expected("a key in double quotes"));
        }
        match self.string() {
            Ok(key) => {
                self.key = key;
                if !matches!(key.hash, TYPE | DESCRIPTION | TITLE) {
                    let names_schemas = matches!(key.hash, REF | ALL_OF | ANY_OF | ONE_OF | UNKNOWN);
                    let object = self.open[self.depth - 1] + KIND;
                    if names_schemas || self.nodes[object] != NAMES_SCHEMAS {
                        self.nodes[object] = if names_schemas { NAMES_SCHEMAS } else { OBJECT };
                    }
                }
            }
            Err(error) => return Err(error),
        }
        self.white_space();
        if self.peek() != b':' {
            return Err(self.expected("`:`"));
        }
        self.skip();
        Ok(true)
    }

    const fn string(&mut self) -> Result<Span, NotJson> {
        self.skip();
        let start = self.at();
        let mut has_escapes = false;
        loop {
            let mut rest = self.rest;
            // No ranges of bytes in the pattern: each end of one is a step of its own.
            while let [byte, after @ ..] = rest
                && *byte != b'"'
                && *byte != b'\\'
                && *byte >= 0x20
            {
                rest = after;
            }
            self.rest = rest;
            match rest {
                [b'"', ..] => {
                    let end = self.at();
                    self.skip();
                    let hash = if has_escapes { UNKNOWN } else { hash(self.text, start, end) };
                    return Ok(Span { start, end, hash });
                }
                [b'\\', ..] => {
                    has_escapes = true;
                    self.skip();
                    if let Err(error) = self.escape() {
                        return Err(error);
                    }
                }
                _ => return Err(self.expected("the `\"` that ends the string")),
            }
        }
    }

    const fn escape(&mut self) -> Result<(), NotJson> {
        const EXPECTED: &str = "an escape such as `\\n` or `\\u00e9`";
        let digits = match self.peek() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 0,
            b'u' => 4,
            _ => return Err(self.expected(EXPECTED)),
        };
        self.skip();
        let end = self.at() + digits;
        while self.at() < end {
            if !self.peek().is_ascii_hexdigit() {
                return Err(self.expected(EXPECTED));
            }
            self.skip();
        }
        Ok(())
    }

    const fn number(&mut self) -> Result<u32, NotJson> {
        if self.peek() == b'-' {
            self.skip();
        }
        let has_digits = if self.peek() == b'0' {
            self.skip();
            true
        } else {
            self.digits()
        };
        if !has_digits {
            return Err(self.expected("a digit"));
        }
        if self.peek() == b'.' {
            self.skip();
            if !self.digits() {
                return Err(self.expected("a digit"));
            }
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.skip();
            if matches!(self.peek(), b'+' | b'-') {
                self.skip();
            }
            if !self.digits() {
                return Err(self.expected("a digit"));
            }
        }
        Ok(NUMBER)
    }

    /// Whether there were any.
    const fn digits(&mut self) -> bool {
        let start = self.rest.len();
        while let [b'0'..=b'9', rest @ ..] = self.rest {
            self.rest = rest;
        }
        self.rest.len() < start
    }

    const fn literal(&mut self) -> Result<u32, NotJson> {
        let (kind, rest) = match self.rest {
            [b't', b'r', b'u', b'e', rest @ ..] => (TRUE, rest),
            [b'f', b'a', b'l', b's', b'e', rest @ ..] => (FALSE, rest),
            [b'n', b'u', b'l', b'l', rest @ ..] => (NULL, rest),
            _ => return Err(self.expected("a value")),
        };
        self.rest = rest;
        Ok(kind)
    }

    const fn white_space(&mut self) {
        let mut rest = self.rest;
        loop {
            rest = match rest {
                [b' ', b' ', b' ', b' ', after @ ..] | [b' ' | b'\n' | b'\r' | b'\t', after @ ..] => after,
                _ => break,
            };
        }
        self.rest = rest;
    }

    /// The next byte; at the end, one that JSON has no use for.
    const fn peek(&self) -> u8 {
        if let [byte, ..] = self.rest { *byte } else { 0 }
    }

    const fn skip(&mut self) {
        if let [_, rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    const fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    const fn expected(&self, expected: &'static str) -> NotJson {
        NotJson { at: self.at(), expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> Option<(usize, &'static str)> {
        Table::<1024>::read(text).error.map(|NotJson { at, expected }| (at, expected))
    }

    #[test]
    fn what_is_not_json_is_refused_where_it_is_not() {
        let cases = [
            ("", (0, "a value")),
            ("{} x", (3, "nothing more")),
            ("{", (1, "a key in double quotes")),
            ("{'a': 1}", (1, "a key in double quotes")),
            ("{\"a\" 1}", (5, "`:`")),
            ("{\"a\": 1 \"b\"", (8, "`,` or `}`")),
            ("{\"a\": 1,}", (8, "a key in double quotes")),
            ("[1 2]", (3, "`,` or `]`")),
            ("[1,]", (3, "a value")),
            ("[tru]", (1, "a value")),
            ("[-]", (2, "a digit")),
            ("[1.]", (3, "a digit")),
            ("[1e]", (3, "a digit")),
            ("[01]", (2, "`,` or `]`")),
            ("\"a", (2, "the `\"` that ends the string")),
            ("\"a\nb\"", (2, "the `\"` that ends the string")),
            (r#""\x""#, (2, "an escape such as `\\n` or `\\u00e9`")),
            (r#""\u12""#, (5, "an escape such as `\\n` or `\\u00e9`")),
            ("// no\n1", (0, "a value")),
        ];
        for (text, error) in cases {
            assert_eq!(error_of(text), Some(error), "{text}");
        }
        let deep = "[".repeat(65);
        assert_eq!(error_of(&deep), Some((64, "values that are nested less deeply")));
    }

    #[test]
    fn json_is_read_as_serde_reads_it() {
        for text in [
            "1",
            "-0.5e+3",
            " [ ] ",
            "{}",
            r#"{"a\"b": [1, {"c": null}], "d": "\ud83d\ude00é"}"#,
            "[[[]],[true,false]]",
        ] {
            assert_eq!(error_of(text), None, "{text}");
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_value_is_followed_by_what_is_in_it() {
        const TEXT: &str = r#"{"a": [1, [2]], "b": {}}"#;
        const TABLE: Table<{ capacity(TEXT) }> = Table::read(TEXT);
        let nodes = TABLE.nodes().expect("JSON");
        let nodes: Vec<Vec<usize>> =
            nodes[..6 * SIZE].chunks(SIZE).map(|node| node.iter().map(|&number| number as usize).collect()).collect();
        let seen: Vec<_> = nodes.iter().map(|node| (&TEXT[node[START]..node[END]], node[NEXT] / SIZE)).collect();
        let expected = [(TEXT, 6), ("[1, [2]]", 5), ("1", 3), ("[2]", 5), ("2", 5), ("{}", 6)];
        assert_eq!(seen, expected);
        assert_eq!(&TEXT[nodes[5][KEY_START]..nodes[5][KEY_END]], "b");
    }
}
