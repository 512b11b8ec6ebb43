//! Finds the values in JSON text (RFC 8259): one pass, no recursion, no copies.
//!
//! `serde_json`'s raw values would do the same at twice the time of decoding without them (`benches/decode.rs`); a test
//! compares the two on what is JSON and what is not.

/// Where a text stops being JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The byte that does not fit; the length of the text if it ends too early.
    pub(crate) at: usize,
}

/// The contents of a JSON string, between its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quoted<'a> {
    pub(crate) inner: &'a str,
    pub(crate) has_escapes: bool,
}

/// A JSON value as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw<'a> {
    pub(crate) text: &'a str,
    /// Whether there may be escapes in it.
    pub(crate) has_escapes: bool,
}

/// Hands out the key and the raw value of each entry of an object.
pub(crate) fn entries<'a>(text: &'a str, each: &mut dyn FnMut(Quoted<'a>, Raw<'a>)) -> Result<(), Broken> {
    let mut scanner = Scanner { text, at: 0 };
    scanner.entries(each).map_err(|Unfit| Broken { at: scanner.at })
}

/// Hands out the raw items of an array.
pub(crate) fn items<'a>(text: &'a str, each: &mut dyn FnMut(Raw<'a>)) -> Result<(), Broken> {
    let mut scanner = Scanner { text, at: 0 };
    scanner.items(each).map_err(|Unfit| Broken { at: scanner.at })
}

/// Whether the whole text is one JSON value.
pub(crate) fn is_json(text: &str) -> bool {
    let mut scanner = Scanner { text, at: 0 };
    scanner.space();
    scanner.value().and_then(|_| scanner.end()).is_ok()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// The byte that a scanner has come to does not fit.
struct Unfit;

#[allow(clippy::inline_always, reason = "the three that run once an entry; a tenth of the decoder's time, measured")]
impl<'a> Scanner<'a> {
    fn entries(&mut self, each: &mut dyn FnMut(Quoted<'a>, Raw<'a>)) -> Result<(), Unfit> {
        self.space();
        self.expect(b'{')?;
        self.space();
        let mut is_open = !self.eat(b'}');
        while is_open {
            let key = self.key()?;
            each(key, self.value()?);
            is_open = self.comma_or(b'}')?;
        }
        self.end()
    }

    fn items(&mut self, each: &mut dyn FnMut(Raw<'a>)) -> Result<(), Unfit> {
        self.space();
        self.expect(b'[')?;
        self.space();
        let mut is_open = !self.eat(b']');
        while is_open {
            each(self.value()?);
            is_open = self.comma_or(b']')?;
        }
        self.end()
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

    fn end(&mut self) -> Result<(), Unfit> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { Err(Unfit) }
    }

    /// What has been read since `start`. Both are at ASCII characters, so that neither splits one.
    #[inline]
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// After a value: whether another follows.
    #[inline(always)]
    fn comma_or(&mut self, closing: u8) -> Result<bool, Unfit> {
        self.space();
        if self.eat(b',') {
            self.space();
            return Ok(true);
        }
        self.expect(closing).map(|()| false)
    }

    /// A key and its colon.
    #[inline(always)]
    fn key(&mut self) -> Result<Quoted<'a>, Unfit> {
        let start = self.at + 1;
        let has_escapes = self.string()?;
        let inner = self.text.get(start..self.at - 1).unwrap_or_default();
        let key = Quoted { inner, has_escapes };
        self.space();
        self.expect(b':')?;
        self.space();
        Ok(key)
    }

    #[inline(always)]
    fn value(&mut self) -> Result<Raw<'a>, Unfit> {
        let start = self.at;
        let has_escapes = match self.peek() {
            Some(b'"') => self.string()?,
            Some(b'{' | b'[') => self.nested().map(|()| true)?,
            _ => self.scalar().map(|()| false)?,
        };
        Ok(Raw { text: self.since(start), has_escapes })
    }

    /// An object or an array, with all that is in it.
    fn nested(&mut self) -> Result<(), Unfit> {
        // The closing brackets to come; depth costs this and no stack.
        let mut closing = Vec::new();
        loop {
            match self.peek() {
                Some(b'{') => self.open(b'}', &mut closing)?,
                Some(b'[') => self.open(b']', &mut closing)?,
                _ => {
                    self.scalar()?;
                    self.close(&mut closing)?;
                }
            }
            if closing.is_empty() {
                return Ok(());
            }
        }
    }

    /// An opening bracket, and up to the first value after it.
    fn open(&mut self, bracket: u8, closing: &mut Vec<u8>) -> Result<(), Unfit> {
        self.at += 1;
        self.space();
        if self.eat(bracket) {
            return self.close(closing);
        }
        closing.push(bracket);
        if bracket == b'}' { self.key().map(drop) } else { Ok(()) }
    }

    /// After a value: the brackets that close, and up to the next value.
    fn close(&mut self, closing: &mut Vec<u8>) -> Result<(), Unfit> {
        while let Some(&bracket) = closing.last() {
            if self.comma_or(bracket)? {
                return if bracket == b'}' { self.key().map(drop) } else { Ok(()) };
            }
            closing.pop();
        }
        Ok(())
    }

    fn scalar(&mut self) -> Result<(), Unfit> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => Err(Unfit),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Unfit> {
        word.bytes().try_for_each(|byte| self.expect(byte))
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
    fn string(&mut self) -> Result<bool, Unfit> {
        self.expect(b'"')?;
        let mut has_escapes = false;
        loop {
            self.at += plain(self.text.as_bytes().get(self.at..).unwrap_or_default());
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

/// How many of the first bytes stand for themselves in a string; looks at eight at a time.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return at * 8 + (special.trailing_zeros() / 8) as usize;
        }
    }
    let in_rest = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count();
    words.len() * 8 + in_rest
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
    use serde::de::IgnoredAny;

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

    #[test]
    fn json_is_what_serde_json_takes_for_it() {
        let (mut valid, mut invalid) = (0, 0);
        for seed in 0..200_000 {
            let text = mutated(seed);
            let is_valid = serde_json::from_str::<IgnoredAny>(&text).is_ok();
            assert_eq!(is_json(&text), is_valid, "{text:?}");
            if is_valid {
                valid += 1;
            } else {
                invalid += 1;
            }
        }
        assert!(valid > 10_000 && invalid > 10_000, "{valid} valid, {invalid} invalid");
    }

    #[test]
    fn the_pieces_of_a_document_are_its_own_text() {
        let mut found = Vec::new();
        entries(r#" { "a" : [1, {"x":2}] ,"\n":"é" } "#, &mut |key, value| found.push((key, value.text)))
            .expect("valid");
        let key = |inner, has_escapes| Quoted { inner, has_escapes };
        assert_eq!(found, [(key("a", false), r#"[1, {"x":2}]"#), (key(r"\n", true), r#""é""#)]);
        let mut found = Vec::new();
        items("[1 , [ ] ,\"]\"]", &mut |item| found.push(item.text)).expect("valid");
        assert_eq!(found, ["1", "[ ]", "\"]\""]);
    }

    #[test]
    fn the_byte_that_does_not_fit_is_found() {
        let broken = |text: &str| entries(text, &mut |_, _| {}).expect_err(text).at;
        assert_eq!(broken(r#"{"a":01}"#), 6);
        assert_eq!(broken(r#"{"a":1,}"#), 7);
        assert_eq!(broken(r#"{"a":1"#), 6);
        assert_eq!(broken("{\"a\":\"\u{1}\"}"), 6);
        assert_eq!(broken(r#"{"a":tru}"#), 8);
        assert_eq!(broken(r"{} x"), 3);
    }
}
