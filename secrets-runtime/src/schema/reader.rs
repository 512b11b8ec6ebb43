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

/// The hash of a name, which has to tell most keys of a file apart. It is spelled out twice, because calls are what costs
/// in an interpreter.
pub(super) const fn hash_of(name: &str) -> u32 {
    let name = name.as_bytes();
    let (mut hash, mut at) = (1, 0);
    while at < name.len() {
        hash = (hash << 5) ^ (hash >> 27) ^ name[at] as u32;
        at += 1;
    }
    hash
}

impl Span {
    const NOTHING: Self = Self { start: 0, end: 0, hash: UNKNOWN };
}

/// A value, followed in the table by what is in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// The key it stands under, in an object.
    pub(super) key: Span,
    pub(super) text: Span,
    /// Where the next value is that is not in this one.
    pub(super) next: usize,
    /// Whether it is an object with a key that names other schemas.
    pub(super) names_schemas: bool,
}

impl Node {
    const NOTHING: Self =
        Self { kind: Kind::Null, key: Span::NOTHING, text: Span::NOTHING, next: 0, names_schemas: false };
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
    nodes: [Node; N],
    error: Option<NotJson>,
}

impl<const N: usize> Table<N> {
    /// Reads a text that has at most `N` [values](capacity).
    #[must_use]
    pub const fn read(text: &str) -> Self {
        let mut nodes = [Node::NOTHING; N];
        let mut reader = Reader {
            text: text.as_bytes(),
            at: 0,
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

    pub(super) const fn nodes(&self) -> Result<&[Node], NotJson> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(&self.nodes),
        }
    }
}

/// At least how many values a text has: each is the first, or follows a bracket or a comma.
#[doc(hidden)]
#[must_use]
pub const fn capacity(text: &str) -> usize {
    let text = text.as_bytes();
    let (mut count, mut at) = (1, 0);
    while at < text.len() {
        if matches!(text[at], b'{' | b'[' | b',') {
            count += 1;
        }
        at += 1;
    }
    count
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    nodes: &'t mut [Node],
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
        let start = self.at;
        let kind = match self.peek() {
            bracket @ (b'{' | b'[') => return self.open(bracket),
            b'"' => {
                return match self.string() {
                    Ok(text) => {
                        self.push(Kind::String, text);
                        Ok(false)
                    }
                    Err(error) => Err(error),
                };
            }
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.literal("true", Kind::True),
            b'f' => self.literal("false", Kind::False),
            b'n' => self.literal("null", Kind::Null),
            _ => Err(self.expected("a value")),
        };
        match kind {
            Ok(kind) => {
                self.push(kind, Span { start, end: self.at, hash: UNKNOWN });
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    const fn push(&mut self, kind: Kind, text: Span) {
        if self.length < self.nodes.len() {
            self.nodes[self.length] = Node { kind, key: self.key, text, next: self.length + 1, names_schemas: false };
        }
        self.length += 1;
        self.key = Span::NOTHING;
    }

    const fn open(&mut self, bracket: u8) -> Result<bool, NotJson> {
        if self.depth == DEEPEST {
            return Err(self.expected("values that are nested less deeply"));
        }
        let kind = if bracket == b'{' { Kind::Object } else { Kind::Array };
        self.open[self.depth] = self.length;
        self.depth += 1;
        self.push(kind, Span { start: self.at, end: self.at, hash: UNKNOWN });
        self.at += 1;
        self.white_space();
        match (kind, self.peek()) {
            (Kind::Object, b'}') | (Kind::Array, b']') => Ok(false),
            (Kind::Object, _) => self.read_key(),
            _ => Ok(true),
        }
    }

    /// Closes what ends here; whether another value follows.
    const fn after_value(&mut self) -> Result<bool, NotJson> {
        loop {
            self.white_space();
            if self.depth == 0 {
                return if self.at == self.text.len() { Ok(false) } else { Err(self.expected("nothing more")) };
            }
            let container = self.open[self.depth - 1];
            let is_object = matches!(self.nodes[container].kind, Kind::Object);
            match (is_object, self.peek()) {
                (true, b'}') | (false, b']') => {
                    self.at += 1;
                    self.depth -= 1;
                    self.nodes[container].next = self.length;
                    self.nodes[container].text.end = self.at;
                }
                (true, b',') => {
                    self.at += 1;
                    return self.read_key();
                }
                (false, b',') => {
                    self.at += 1;
                    return Ok(true);
                }
                (true, _) => return Err(self.expected("`,` or `}`")),
                (false, _) => return Err(self.expected("`,` or `]`")),
            }
        }
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
                if matches!(key.hash, REF | ALL_OF | ANY_OF | ONE_OF | UNKNOWN) {
                    self.nodes[self.open[self.depth - 1]].names_schemas = true;
                }
            }
            Err(error) => return Err(error),
        }
        self.white_space();
        if self.peek() != b':' {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        Ok(true)
    }

    const fn string(&mut self) -> Result<Span, NotJson> {
        self.at += 1;
        let start = self.at;
        let (mut hash, mut has_escapes) = (1, false);
        loop {
            match self.peek() {
                b'"' => {
                    let end = self.at;
                    self.at += 1;
                    return Ok(Span { start, end, hash: if has_escapes { UNKNOWN } else { hash } });
                }
                b'\\' => {
                    has_escapes = true;
                    self.at += 1;
                    if let Err(error) = self.escape() {
                        return Err(error);
                    }
                }
                0..0x20 => return Err(self.expected("the `\"` that ends the string")),
                _ => {
                    let text = self.text;
                    let mut at = self.at;
                    while at < text.len() && !matches!(text[at], b'"' | b'\\' | 0..0x20) {
                        hash = (hash << 5) ^ (hash >> 27) ^ text[at] as u32;
                        at += 1;
                    }
                    self.at = at;
                }
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
        self.at += 1;
        let end = self.at + digits;
        while self.at < end {
            if !self.peek().is_ascii_hexdigit() {
                return Err(self.expected(EXPECTED));
            }
            self.at += 1;
        }
        Ok(())
    }

    const fn number(&mut self) -> Result<Kind, NotJson> {
        if self.peek() == b'-' {
            self.at += 1;
        }
        let has_digits = if self.peek() == b'0' {
            self.at += 1;
            true
        } else {
            self.digits()
        };
        if !has_digits {
            return Err(self.expected("a digit"));
        }
        if self.peek() == b'.' {
            self.at += 1;
            if !self.digits() {
                return Err(self.expected("a digit"));
            }
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            if !self.digits() {
                return Err(self.expected("a digit"));
            }
        }
        Ok(Kind::Number)
    }

    /// Whether there were any.
    const fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at > start
    }

    const fn literal(&mut self, word: &str, kind: Kind) -> Result<Kind, NotJson> {
        let start = self.at;
        while self.at - start < word.len() {
            if self.peek() != word.as_bytes()[self.at - start] {
                self.at = start;
                return Err(self.expected("a value"));
            }
            self.at += 1;
        }
        Ok(kind)
    }

    const fn white_space(&mut self) {
        let text = self.text;
        let mut at = self.at;
        while at < text.len() && matches!(text[at], b' ' | b'\n' | b'\r' | b'\t') {
            at += 1;
        }
        self.at = at;
    }

    /// The next byte; at the end, one that JSON has no use for.
    const fn peek(&self) -> u8 {
        if self.at < self.text.len() { self.text[self.at] } else { 0 }
    }

    const fn expected(&self, expected: &'static str) -> NotJson {
        NotJson { at: self.at, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> Option<(usize, &'static str)> {
        Table::<64>::read(text).error.map(|NotJson { at, expected }| (at, expected))
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
        let seen: Vec<_> = nodes[..6].iter().map(|node| (&TEXT[node.text.start..node.text.end], node.next)).collect();
        let expected = [(TEXT, 6), ("[1, [2]]", 5), ("1", 3), ("[2]", 5), ("2", 5), ("{}", 6)];
        assert_eq!(seen, expected);
        assert_eq!(&TEXT[nodes[5].key.start..nodes[5].key.end], "b");
    }
}
