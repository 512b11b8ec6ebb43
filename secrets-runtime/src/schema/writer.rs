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
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self.byte(b'"');
        let text = text.as_bytes();
        let (mut from, mut at) = (0, 0);
        while at < text.len() {
            let byte = text[at];
            at += 1;
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.copy(text, from, at - 1);
            from = at;
            if byte < 0x20 {
                self.put("\\u00");
                self.byte(HEX[(byte >> 4) as usize]);
                self.byte(HEX[(byte & 15) as usize]);
            } else {
                self.byte(b'\\');
                self.byte(byte);
            }
        }
        self.copy(text, from, at);
        self.byte(b'"');
    }

    /// JSON as it is.
    pub(super) const fn put(&mut self, json: &str) {
        self.quote(json.as_bytes());
    }

    /// What stands in a JSON text already.
    pub(super) const fn quote(&mut self, bytes: &[u8]) {
        self.copy(bytes, 0, bytes.len());
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

    /// The bytes from one place up to another.
    const fn copy(&mut self, bytes: &[u8], mut from: usize, to: usize) {
        if from == to {
            return;
        }
        let (start, end) = (self.length, self.length + (to - from));
        self.length = end;
        self.last = bytes[to - 1];
        if end > self.buffer.len() {
            return;
        }
        if to - from > SHORT {
            let bytes = bytes.split_at(to).0.split_at(from).1;
            self.buffer.split_at_mut(end).0.split_at_mut(start).1.copy_from_slice(bytes);
            return;
        }
        let (buffer, mut at) = (&mut *self.buffer, start);
        while at < end {
            buffer[at] = bytes[from];
            at += 1;
            from += 1;
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
        let mut buffer = [0; 3];
        let mut writer = Writer::new(&mut buffer);
        writer.text("abc");
        writer.integer(i128::MIN);
        assert_eq!(writer.length(), 5 + i128::MIN.to_string().len());
    }
}
