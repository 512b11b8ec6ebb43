//! Reads JSON at compile time, once, into a table that the checks of a file look things up in.
//!
//! The compiler interprets this for each type with a `schema`, and pays for each step and each call: so one function reads
//! what there is much of, sixteen bytes at a time, and others what is rare.

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

/// What keys an object has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// None but `type`, `title` and `description`, as most properties.
    TypeAlone,
    Any,
    /// One that names other schemas, or may do so.
    NamesSchemas,
}

/// A piece of the text; of a string, what is between the quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Of a string, the [head](head_of).
    pub(super) head: u128,
}

/// The head of a string that is written with escapes: no text has such bytes.
pub(super) const ESCAPED: u128 = u128::MAX;

const REF: u128 = head_of("$ref");
const ALL_OF: u128 = head_of("allOf");
const ANY_OF: u128 = head_of("anyOf");
const ONE_OF: u128 = head_of("oneOf");
pub(super) const TYPE: u128 = head_of("type");
const TITLE: u128 = head_of("title");
const DESCRIPTION: u128 = head_of("description");

/// The first sixteen bytes of a name, the first of them the lowest: one step compares them all.
pub(super) const fn head_of(name: &str) -> u128 {
    let bytes = name.as_bytes();
    let (mut at, mut head) = (if bytes.len() < 16 { bytes.len() } else { 16 }, 0);
    while at > 0 {
        at -= 1;
        head = head << 8 | bytes[at] as u128;
    }
    head
}

/// A value, which is followed in the table by what is in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Of an object.
    pub(super) keys: Keys,
    /// Where the next value is that is not in this one.
    pub(super) next: u32,
    /// The key it stands under, in an object.
    pub(super) key: Span,
    pub(super) text: Span,
}

impl Node {
    pub(super) const NOTHING: Self =
        Self { kind: Kind::Null, keys: Keys::Any, next: 0, key: Span::NOTHING, text: Span::NOTHING };
}

impl Span {
    const NOTHING: Self = Self { start: 0, end: 0, head: 0 };
}

/// What was expected where the text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotJson {
    pub(super) at: usize,
    pub(super) expected: &'static str,
}

/// At least how many values a text has: each has a byte, and one that tells it from the next.
#[doc(hidden)]
#[must_use]
pub const fn capacity(text: &str) -> usize {
    text.len() / 2 + 1
}

/// Reads all values into `nodes`, in their order, of which it leaves out those that there is no room for; says where the text
/// is not JSON.
#[expect(clippy::cast_possible_truncation, reason = "`include_str!` takes no files of gigabytes into a constant")]
#[expect(clippy::too_many_lines, clippy::verbose_bit_mask, reason = "a call costs as much as ten steps")]
pub(super) const fn read(text: &str, nodes: &mut [Node]) -> Option<NotJson> {
    let text = text.as_bytes();
    let (chunks, rest) = text.as_chunks();
    let (in_chunks, last) = (text.len() - rest.len(), last_chunk(rest));
    let mut at = 0;
    // The sixteen bytes in which `at` is, from there on; the lowest is the next. Beyond the end there are zeros, which JSON
    // has no use for.
    let mut ahead;
    let mut length = 0;
    // The objects and arrays that are not closed yet, and a bit for each, which is set for objects.
    let (mut open, mut depth, mut objects) = ([0; DEEPEST], 0, 0_u64);
    let mut key = Span::NOTHING;

    macro_rules! expected {
        ($expected:literal) => {
            return Some(NotJson { at, expected: $expected })
        };
    }
    macro_rules! load {
        () => {
            ahead = if at < in_chunks { u128::from_ne_bytes(chunks[at >> 4]) } else { last };
            if cfg!(target_endian = "big") {
                ahead = ahead.swap_bytes();
            }
        };
    }
    macro_rules! go_to {
        ($place:expr) => {
            at = $place;
            load!();
            ahead >>= (at & 15) * 8;
        };
    }
    macro_rules! skip {
        () => {
            at += 1;
            ahead >>= 8;
            if at & 15 == 0 {
                load!();
            }
        };
    }
    // Goes to the first byte whose highest bit is set; whether there is one in these sixteen.
    macro_rules! find {
        ($marks:expr) => {{
            let bits = ($marks & 0x8080_8080_8080_8080_8080_8080_8080_8080).trailing_zeros() & 0xf8;
            at += (bits >> 3) as usize;
            if at & 15 == 0 && bits > 0 {
                load!();
                false
            } else {
                ahead >>= bits;
                true
            }
        }};
    }
    // The highest bit of each byte that is not zero.
    macro_rules! nonzero {
        ($bytes:expr) => {
            (($bytes & 0x7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f) + 0x7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f) | $bytes
        };
    }
    macro_rules! skip_white_space {
        () => {
            loop {
                match ahead as u8 {
                    b' ' => {
                        let spaces = ahead ^ 0x2020_2020_2020_2020_2020_2020_2020_2020;
                        if spaces as u16 == 0 {
                            find!(nonzero!(spaces));
                        } else {
                            skip!();
                        }
                    }
                    b'\n' | b'\t' | b'\r' => {
                        skip!();
                    }
                    _ => break,
                }
            }
        };
    }
    // What is between the quotes of the string that begins here.
    macro_rules! string {
        () => {{
            skip!();
            let start = at;
            let mut head = ahead;
            loop {
                let backslashes = ahead ^ 0x5c5c_5c5c_5c5c_5c5c_5c5c_5c5c_5c5c_5c5c;
                // Quotes become 0x20: greater are those, and only those, that may stand in a string.
                let quotes = ahead ^ 0x0202_0202_0202_0202_0202_0202_0202_0202;
                let others = ((quotes & 0x7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f_7f7f)
                    + 0x5f5f_5f5f_5f5f_5f5f_5f5f_5f5f_5f5f_5f5f)
                    | quotes;
                if find!(!(others & nonzero!(backslashes))) {
                    match ahead as u8 {
                        b'"' => break,
                        b'\\' => {
                            head = ESCAPED;
                            match escape(text, at) {
                                Ok(end) => {
                                    go_to!(end);
                                }
                                Err(error) => return Some(error),
                            }
                        }
                        _ => expected!("the `\"` that ends the string"),
                    }
                } else if at - start < 16 {
                    head |= ahead << ((at - start) * 8);
                }
            }
            if at - start < 16 && head != ESCAPED {
                head &= (1 << ((at - start) * 8)) - 1;
            }
            let string = Span { start: start as u32, end: at as u32, head };
            skip!();
            string
        }};
    }
    macro_rules! push {
        ($kind:expr, $keys:expr, $text:expr) => {
            if length < nodes.len() {
                nodes[length] = Node { kind: $kind, keys: $keys, next: length as u32 + 1, key, text: $text };
            }
            length += 1;
        };
    }
    // `"key":`
    macro_rules! read_key {
        () => {
            skip_white_space!();
            if ahead as u8 != b'"' {
                expected!("a key in double quotes");
            }
            key = string!();
            let keys = match key.head {
                TYPE | DESCRIPTION | TITLE => Keys::TypeAlone,
                REF | ALL_OF | ANY_OF | ONE_OF | ESCAPED => Keys::NamesSchemas,
                _ => Keys::Any,
            };
            let object = open[depth - 1];
            if !matches!(keys, Keys::TypeAlone)
                && object < nodes.len()
                && !matches!(nodes[object].keys, Keys::NamesSchemas)
            {
                nodes[object].keys = keys;
            }
            skip_white_space!();
            if ahead as u8 != b':' {
                expected!("`:`");
            }
            skip!();
        };
    }

    load!();
    loop {
        skip_white_space!();
        match ahead as u8 {
            b'"' => {
                let string = string!();
                push!(Kind::String, Keys::Any, string);
            }
            bracket @ (b'{' | b'[') => {
                if depth == DEEPEST {
                    expected!("values that are nested less deeply");
                }
                let is_object = bracket == b'{';
                open[depth] = length;
                depth += 1;
                objects = objects << 1 | is_object as u64;
                let start = Span { start: at as u32, end: at as u32, head: 0 };
                push!(if is_object { Kind::Object } else { Kind::Array }, Keys::TypeAlone, start);
                key = Span::NOTHING;
                skip!();
                skip_white_space!();
                if is_object {
                    if ahead as u8 != b'}' {
                        read_key!();
                        continue;
                    }
                } else if ahead as u8 != b']' {
                    continue;
                }
            }
            _ => match scalar(text, at) {
                Ok((kind, end)) => {
                    push!(kind, Keys::Any, Span { start: at as u32, end: end as u32, head: 0 });
                    go_to!(end);
                }
                Err(error) => return Some(error),
            },
        }
        // Closes what ends here.
        loop {
            skip_white_space!();
            if depth == 0 {
                if at < text.len() {
                    expected!("nothing more");
                }
                return None;
            }
            match (objects & 1 == 1, ahead as u8) {
                (true, b',') => {
                    skip!();
                    read_key!();
                    break;
                }
                (false, b',') => {
                    skip!();
                    key = Span::NOTHING;
                    break;
                }
                (true, b'}') | (false, b']') => {
                    skip!();
                    depth -= 1;
                    objects >>= 1;
                    if open[depth] < nodes.len() {
                        nodes[open[depth]].next = length as u32;
                        nodes[open[depth]].text.end = at as u32;
                    }
                }
                (true, _) => expected!("`,` or `}`"),
                (false, _) => expected!("`,` or `]`"),
            }
        }
    }
}

/// The last bytes, and zeros beyond, in the order of the machine.
const fn last_chunk(rest: &[u8]) -> u128 {
    let (mut bytes, mut at) = ([0; 16], 0);
    while at < rest.len() {
        bytes[at] = rest[at];
        at += 1;
    }
    u128::from_ne_bytes(bytes)
}

/// The byte at a place; at the end, one that JSON has no use for.
const fn byte(text: &[u8], at: usize) -> u8 {
    if at < text.len() { text[at] } else { 0 }
}

/// Where an escape ends.
const fn escape(text: &[u8], at: usize) -> Result<usize, NotJson> {
    const EXPECTED: &str = "an escape such as `\\n` or `\\u00e9`";
    let mut at = at + 1;
    let digits = match byte(text, at) {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 0,
        b'u' => 4,
        _ => return Err(NotJson { at, expected: EXPECTED }),
    };
    at += 1;
    let end = at + digits;
    while at < end {
        if !byte(text, at).is_ascii_hexdigit() {
            return Err(NotJson { at, expected: EXPECTED });
        }
        at += 1;
    }
    Ok(end)
}

/// What a number or a literal is, and where it ends.
const fn scalar(text: &[u8], at: usize) -> Result<(Kind, usize), NotJson> {
    let (kind, word) = match byte(text, at) {
        b'-' | b'0'..=b'9' => return number(text, at),
        b't' => (Kind::True, "true"),
        b'f' => (Kind::False, "false"),
        _ => (Kind::Null, "null"),
    };
    let mut letter = 0;
    while letter < word.len() {
        if byte(text, at + letter) != word.as_bytes()[letter] {
            return Err(NotJson { at, expected: "a value" });
        }
        letter += 1;
    }
    Ok((kind, at + letter))
}

const fn number(text: &[u8], at: usize) -> Result<(Kind, usize), NotJson> {
    const EXPECTED: &str = "a digit";
    let start = if byte(text, at) == b'-' { at + 1 } else { at };
    let mut end = if byte(text, start) == b'0' { start + 1 } else { digits(text, start) };
    if end == start {
        return Err(NotJson { at: end, expected: EXPECTED });
    }
    if byte(text, end) == b'.' {
        let start = end + 1;
        end = digits(text, start);
        if end == start {
            return Err(NotJson { at: end, expected: EXPECTED });
        }
    }
    if matches!(byte(text, end), b'e' | b'E') {
        let start = if matches!(byte(text, end + 1), b'+' | b'-') { end + 2 } else { end + 1 };
        end = digits(text, start);
        if end == start {
            return Err(NotJson { at: end, expected: EXPECTED });
        }
    }
    Ok((Kind::Number, end))
}

/// Where the digits end.
const fn digits(text: &[u8], at: usize) -> usize {
    let mut at = at;
    while byte(text, at).is_ascii_digit() {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(span: Span, text: &str) -> &str {
        &text[span.start as usize..span.end as usize]
    }

    fn error_of(text: &str) -> Option<(usize, &'static str)> {
        let mut nodes = [Node::NOTHING; 128];
        read(text, &mut nodes).map(|NotJson { at, expected }| (at, expected))
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
    fn a_text_is_read_alike_wherever_it_stands() {
        let texts = [
            r#"{"name": [1, -0.5e+3, {"type": null}], "a key of sixteen": "", "b": true}"#,
            "{\"allOf\":[[],{},\"é\"]\t,\r\n\"\\u0061\\n\":  \"x\\\"y\"    ,\"\":false}",
            r#"{"a": "\u00x0"}"#,
            "[\"a\u{1f}\"]",
            "[\"\u{1}\"]",
            "[tru e]",
            "[fals]",
            "[nul",
            "[1 2",
            "[1, 2.x]",
            "[-1e+]",
            "{\"a\"  :: 1}",
            "",
        ];
        for text in texts {
            let mut nodes = [Node::NOTHING; 64];
            let error = read(text, &mut nodes);
            for pad in 1..40 {
                let padded = format!("{}{text}", " ".repeat(pad));
                let mut moved = [Node::NOTHING; 64];
                let moved_error = read(&padded, &mut moved);
                assert_eq!(moved_error, error.map(|NotJson { at, expected }| NotJson { at: at + pad, expected }));
                for (node, moved) in nodes.iter().zip(&moved) {
                    assert_eq!((node.kind, node.keys, node.next), (moved.kind, moved.keys, moved.next), "{text}");
                    for (span, moved) in [(node.key, moved.key), (node.text, moved.text)] {
                        assert_eq!(&text[span.start as usize..span.end as usize], of(moved, &padded), "{text}");
                        assert_eq!(span.head, moved.head, "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_head_of_a_string_is_that_of_its_name() {
        let letters = "abcdefghijklmnopqrstuvwxyzäö\u{7f}\u{80}!#[]^`{|}~";
        for (from, _) in letters.char_indices() {
            for (to, _) in letters.char_indices().filter(|(to, _)| *to >= from) {
                let name = &letters[from..to];
                let text = format!("[\"{name}\", \"{name}\\\\\", \"\\u0061{name}\"]");
                let mut nodes = [Node::NOTHING; 4];
                assert_eq!(read(&text, &mut nodes), None);
                assert_eq!((of(nodes[1].text, &text), nodes[1].text.head), (name, head_of(name)));
                assert_eq!([nodes[2].text.head, nodes[3].text.head], [ESCAPED; 2]);
                assert_eq!(of(nodes[3].text, &text), format!("\\u0061{name}"));
            }
        }
        assert_eq!(head_of("type"), u128::from(u32::from_le_bytes(*b"type")));
        assert_eq!(head_of("a key of sixteen bytes"), head_of("a key of sixteen"));
    }

    #[test]
    fn what_keys_an_object_has_is_noted() {
        for (text, keys) in [
            ("{}", Keys::TypeAlone),
            (r#"{"type": 1, "title": {"$ref": 1}, "description": 2}"#, Keys::TypeAlone),
            (r#"{"types": 1}"#, Keys::Any),
            (r#"{"type": 1, "x": {"$ref": 1}, "title": 1}"#, Keys::Any),
            (r#"{"$ref": 1, "x": 1, "type": 1}"#, Keys::NamesSchemas),
            (r#"{"x": 1, "allOf": 1}"#, Keys::NamesSchemas),
            (r#"{"anyOf": 1}"#, Keys::NamesSchemas),
            (r#"{"oneOf": 1}"#, Keys::NamesSchemas),
            (r#"{"\u0061": 1}"#, Keys::NamesSchemas),
        ] {
            let mut nodes = [Node::NOTHING; 8];
            assert_eq!(read(text, &mut nodes), None);
            assert_eq!(nodes[0].keys, keys, "{text}");
        }
    }

    #[test]
    fn what_there_is_no_room_for_is_read_all_the_same() {
        const TEXT: &str = r##"[{"a": {}}, [[2]], {"b": [3, {"$ref": "#"}]}]"##;
        for room in 0..12 {
            assert_eq!(read(TEXT, &mut vec![Node::NOTHING; room]), None, "{room}");
        }
        assert_eq!(capacity("[1,2,3,4]"), 5);
        for text in ["[1,2,3,4]", "[[],[],[]]", "1", "[]", r#"{"":1,"":2}"#] {
            let mut nodes = vec![Node::NOTHING; capacity(text)];
            assert_eq!(read(text, &mut nodes), None);
            assert!(nodes[0].next as usize <= nodes.len(), "{text}");
        }
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
        let mut nodes = [Node::NOTHING; capacity(TEXT)];
        assert_eq!(read(TEXT, &mut nodes), None);
        let nodes = &nodes[..6];
        let seen: Vec<_> = nodes.iter().map(|node| (of(node.text, TEXT), node.next)).collect();
        let expected = [(TEXT, 6), ("[1, [2]]", 5), ("1", 3), ("[2]", 5), ("2", 5), ("{}", 6)];
        assert_eq!(seen, expected);
        assert_eq!(of(nodes[5].key, TEXT), "b");
    }
}
