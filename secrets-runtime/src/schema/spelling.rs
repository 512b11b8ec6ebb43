//! JSON strings, as they are written, against names.

/// Whether two texts are the same.
pub(super) const fn is(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether a string spells one of several names.
pub(super) const fn one_spells(string: &[u8], names: &[&str]) -> bool {
    let has_escapes = has_escapes(string);
    let mut at = 0;
    while at < names.len() {
        let name = names[at];
        // Telling the length and the last letter apart is a fraction of the work.
        if (has_escapes || ends_alike(string, name.as_bytes())) && spells(string, name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn has_escapes(string: &[u8]) -> bool {
    let mut at = 0;
    while at < string.len() {
        if string[at] == b'\\' {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether two names have one length and one last byte.
const fn ends_alike(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && (left.is_empty() || left[left.len() - 1] == right[right.len() - 1])
}

/// Whether what stands between the quotes of a JSON string is a name.
pub(super) const fn spells(string: &[u8], name: &str) -> bool {
    let (mut rest, mut name) = (string, name.as_bytes());
    loop {
        match (rest, name) {
            ([], []) => return true,
            ([b'\\', ..], _) => {
                let mut buffer = [0; 4];
                let (character, length) = unescaped(rest);
                let bytes = character.encode_utf8(&mut buffer).as_bytes();
                if name.len() < bytes.len() || !is(name.split_at(bytes.len()).0, bytes) {
                    return false;
                }
                rest = rest.split_at(length).1;
                name = name.split_at(bytes.len()).1;
            }
            ([left, others @ ..], [right, letters @ ..]) if *left == *right => {
                rest = others;
                name = letters;
            }
            _ => return false,
        }
    }
}

/// The character that an escape stands for, and how long that is. A surrogate without its other half is none.
const fn unescaped(escape: &[u8]) -> (char, usize) {
    let [_, kind, rest @ ..] = escape else { return (char::REPLACEMENT_CHARACTER, escape.len()) };
    let character = match kind {
        b'u' => {
            let first = hexadecimal(rest);
            if let [_, _, _, _, b'\\', b'u', low @ ..] = rest
                && first >> 10 == 0xD800 >> 10
            {
                let scalar = 0x10000 + ((first & 0x3FF) << 10) + (hexadecimal(low) & 0x3FF);
                return (scalar_of(scalar), 12);
            }
            return (scalar_of(first), 6);
        }
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        other => *other as char,
    };
    (character, 2)
}

const fn scalar_of(scalar: u32) -> char {
    match char::from_u32(scalar) {
        Some(character) => character,
        None => char::REPLACEMENT_CHARACTER,
    }
}

/// Four digits.
const fn hexadecimal(text: &[u8]) -> u32 {
    let (mut value, mut at) = (0, 0);
    while at < 4 && at < text.len() {
        let digit = match text[at] {
            digit @ b'0'..=b'9' => digit - b'0',
            letter => (letter | 0x20) - b'a' + 10,
        };
        value = value * 16 + digit as u32;
        at += 1;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_spell_what_they_stand_for() {
        for (string, name) in [
            ("name", "name"),
            ("n\\u0061me", "name"),
            (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
            ("\\ud83d\\ude00", "\u{1f600}"),
            ("\\u00E9", "é"),
        ] {
            assert!(spells(string.as_bytes(), name) && one_spells(string.as_bytes(), &["other", name]), "{string}");
        }
        for (string, name) in [("name", "nam"), ("nam", "name"), ("\\ud83d", "\u{1f600}"), ("\\n", "n")] {
            assert!(!spells(string.as_bytes(), name), "{string}");
        }
    }

    #[test]
    fn every_character_is_spelled_by_its_code() {
        for character in ('\0'..='\u{ffff}').chain(('\u{10000}'..=char::MAX).step_by(61)) {
            let (mut units, mut buffer) = ([0; 2], [0; 4]);
            let name: &str = character.encode_utf8(&mut buffer);
            let units = character.encode_utf16(&mut units);
            let lower = units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
            let upper = lower.to_uppercase().replace('U', "u");
            assert!(spells(lower.as_bytes(), name) && spells(upper.as_bytes(), name), "{lower}");
            assert!(!spells(lower.as_bytes(), "\u{1}a") && !spells(format!("{upper}a").as_bytes(), name), "{lower}");
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_is_no_character() {
        for string in [r"\ud83d", r"\ude00", r"\ud83da", r"\ud83d\n", r"\ud83d\u0061", r"\ud83d\ud83d"] {
            for name in ["\u{1f600}", "a", "\n", "", "\u{d7ff}", "\u{e000}"] {
                assert!(!spells(string.as_bytes(), name), "{string} {name:?}");
            }
        }
    }
}
