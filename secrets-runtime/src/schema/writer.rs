//! Writes JSON, at compile time and at run time, into a buffer whose size may turn out too small.

/// Up to here, copying byte by byte is what costs compilers least: each call into a slice is a hundred of their steps.
const SHORT: usize = 48;

/// Writes JSON into a buffer, and counts what it cannot hold.
///
/// Compilers interpret this, for each type of a program: what is known to need no escapes is copied as a whole, and loops
/// have few steps and no calls.
pub(super) struct Writer<'b> {
    buffer: &'b mut [u8],
    length: usize,
    last: u8,
    pub(super) descriptions: Descriptions,
}

/// Whether documentation is part of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Descriptions {
    Written,
    #[cfg(feature = "descriptor")]
    LeftOut,
}

impl<'b> Writer<'b> {
    pub(super) const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, length: 0, last: 0, descriptions: Descriptions::Written }
    }

    /// How much was written, or would have been into a larger buffer.
    pub(super) const fn length(&self) -> usize {
        self.length
    }

    pub(super) const fn text_member(&mut self, name: &str, text: &str) {
        self.member(name);
        self.text(text);
    }

    pub(super) const fn integer_member(&mut self, name: &str, value: i128) {
        self.member(name);
        self.integer(value);
    }

    pub(super) const fn integer(&mut self, value: i128) {
        if value < 0 {
            self.byte(b'-');
        }
        let mut digits = [0; 39];
        let mut count = 0;
        let mut rest = value.unsigned_abs();
        loop {
            digits[count] = b'0' + (rest % 10) as u8;
            rest /= 10;
            count += 1;
            if rest == 0 {
                break;
            }
        }
        while count > 0 {
            count -= 1;
            self.byte(digits[count]);
        }
    }

    /// The name of a member, which needs no escapes, after a comma if it is not the first.
    pub(super) const fn member(&mut self, name: &str) {
        self.comma();
        self.byte(b'"');
        self.put(name);
        self.put("\":");
    }

    /// As a member's name, one that the program chose.
    pub(super) const fn key(&mut self, name: &str) {
        self.comma();
        self.text(name);
        self.byte(b':');
    }

    pub(super) const fn comma(&mut self) {
        if !matches!(self.last, b'{' | b'[') {
            self.byte(b',');
        }
    }

    pub(super) const fn open(&mut self, bracket: u8) {
        self.byte(bracket);
    }

    pub(super) const fn close(&mut self, bracket: u8) {
        self.byte(bracket);
    }

    /// A JSON string.
    pub(super) const fn text(&mut self, text: &str) {
        self.byte(b'"');
        let mut rest = self.plain(text.as_bytes());
        while let [byte, after @ ..] = rest {
            self.escape(*byte);
            rest = self.plain(after);
        }
        self.byte(b'"');
    }

    /// Copies what stands in a JSON string as it is, up to what does not.
    const fn plain<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let (buffer, mut length, mut rest) = (&mut *self.buffer, self.length, text);
        while let [byte, after @ ..] = rest
            && *byte >= 0x20
            && *byte != b'"'
            && *byte != b'\\'
        {
            if length < buffer.len() {
                buffer[length] = *byte;
            }
            length += 1;
            rest = after;
        }
        self.length = length;
        rest
    }

    const fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        if byte < 0x20 {
            self.put("\\u00");
            self.byte(HEX[(byte >> 4) as usize]);
            self.byte(HEX[(byte & 15) as usize]);
        } else {
            self.byte(b'\\');
            self.byte(byte);
        }
    }

    /// JSON as it is.
    pub(super) const fn put(&mut self, json: &str) {
        self.quote(json.as_bytes());
    }

    /// JSON whose length is known, which is copied in one step.
    pub(super) const fn array<const N: usize>(&mut self, json: &[u8; N]) {
        let start = self.length;
        self.length += N;
        self.last = json[N - 1];
        if self.length <= self.buffer.len()
            && let Some(place) = self.buffer.split_at_mut(start).1.first_chunk_mut()
        {
            *place = *json;
        }
    }

    /// What stands in a JSON text already.
    pub(super) const fn quote(&mut self, bytes: &[u8]) {
        let [.., last] = bytes else { return };
        let (start, end) = (self.length, self.length + bytes.len());
        self.length = end;
        self.last = *last;
        if end > self.buffer.len() {
            return;
        }
        if bytes.len() > SHORT {
            self.buffer.split_at_mut(end).0.split_at_mut(start).1.copy_from_slice(bytes);
            return;
        }
        let (buffer, mut at, mut rest) = (&mut *self.buffer, start, bytes);
        while let [byte, after @ ..] = rest {
            buffer[at] = *byte;
            at += 1;
            rest = after;
        }
    }

    pub(super) const fn byte(&mut self, byte: u8) {
        if self.length < self.buffer.len() {
            self.buffer[self.length] = byte;
        }
        self.length += 1;
        self.last = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_needs_escaped_is() {
        let mut buffer = [0; 64];
        let mut writer = Writer::new(&mut buffer);
        writer.text("a\"b\\c\n\u{1f}é\"");
        let length = writer.length();
        assert_eq!(std::str::from_utf8(&buffer[..length]), Ok(r#""a\"b\\c\u000a\u001fé\"""#));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        for text in ["a", "ab", "abc"] {
            let mut buffer = [0; 3];
            let mut writer = Writer::new(&mut buffer);
            writer.text(text);
            writer.integer(i128::MIN);
            assert_eq!(writer.length(), text.len() + 2 + i128::MIN.to_string().len());
        }
    }
}
