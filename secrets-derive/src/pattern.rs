//! `pattern = r".."`: the subset of regular expressions on which Rust and ECMA-262 agree.
//!
//! JSON Schema uses ECMA-262 and the program matches with Rust. Syntax that the two read differently is refused, except `.`, which is
//! translated for Rust.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use regex_lite::{Regex, RegexBuilder};

/// Why a pattern is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum BadPattern {
    Group,
    Escape(char),
    /// `\x` or `\u`, with the number of digits that it requires.
    Hexadecimal(char, usize),
    TrailingBackslash,
    /// `\s` or `\S`
    Whitespace(char),
    Unescaped(char),
    UnclosedClass,
    EmptyClass,
    ClassInClass,
    SetOperation(char),
    Repetition,
    NothingToRepeat,
    UnclosedGroup,
    TooLarge,
    Rust(String),
}

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SUBSET: &str = "patterns are those that JSON Schema and Rust read alike";
        match self {
            Self::Group => write!(f, "{SUBSET}: write groups `(..)` or `(?:..)`, without flags, names and look-around"),
            // Escaping a character that has no special meaning is unnecessary.
            Self::Escape(character) if !character.is_alphanumeric() => {
                write!(f, "{SUBSET}: write `{character}` without the backslash")
            }
            Self::Escape(character) => {
                write!(f, "{SUBSET}: `\\{character}` is not one of them; write the characters that you mean")
            }
            Self::Hexadecimal(kind, digits) => {
                write!(f, "`\\{kind}` has {digits} hexadecimal digits: `\\{kind}{:0>digits$}`", 41)
            }
            Self::TrailingBackslash => f.write_str("the pattern ends in a backslash; a literal one is `\\\\`"),
            Self::Whitespace(class) => {
                let other = if *class == 's' { "` ` and `\\t`, or `[ \\t]`" } else { "`[^ \\t]`" };
                write!(
                    f,
                    "{SUBSET}: `\\{class}` is not one of them; write the characters that you mean, such as {other}"
                )
            }
            Self::Unescaped(character) => write!(f, "a literal `{character}` is written `\\{character}`"),
            Self::UnclosedClass => f.write_str("a class is not closed; write `[..]`, or `\\[` for a literal `[`"),
            Self::EmptyClass => f.write_str("this class is empty; a literal `]` is written `\\]`"),
            Self::ClassInClass => f.write_str("a class cannot contain a class; a literal `[` is written `\\[`"),
            Self::SetOperation(operator) => {
                let literal = if *operator == '-' { "`\\-`".to_owned() } else { format!("it once, `{operator}`") };
                write!(f, "{SUBSET}: no set operations; for a literal `{operator}` write {literal}")
            }
            Self::Repetition => f.write_str("a repetition is `{n}`, `{n,}` or `{n,m}`; a literal `{` is written `\\{`"),
            Self::NothingToRepeat => f.write_str("there is nothing to repeat before this repetition: remove it"),
            Self::UnclosedGroup => {
                f.write_str("the parentheses do not match: close each group, and write a literal one `\\(` or `\\)`")
            }
            Self::TooLarge => write!(
                f,
                "the pattern is too large: it compiles to more than {} KiB, and a long value could keep the program busy for \
                 seconds; repeat less, or count with `length(..)`",
                LARGEST / 1024
            ),
            Self::Rust(message) => write!(f, "not a pattern: {message}"),
        }
    }
}

/// Size limit of a compiled pattern, in bytes. Matching time is the value's length times the pattern's states of some eighty
/// bytes each: at this limit, at worst about a second for a secret of 64 KiB and a quarter for 16 KiB.
const LARGEST: usize = 32 * 1024;

/// Checks a pattern and translates it for Rust.
pub fn check(pattern: &str) -> Result<String, BadPattern> {
    let mut reader = Reader { rest: pattern.chars().peekable(), rust: String::new(), open_groups: 0 };
    reader.alternatives()?;
    let rust = reader.rust;
    Regex::new(&rust).map_err(|error| BadPattern::Rust(error.to_string()))?;
    RegexBuilder::new(&rust).size_limit(LARGEST).build().map_err(|_| BadPattern::TooLarge)?;
    Ok(rust)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    rust: String,
    open_groups: usize,
}

/// JSON Schema's `.` excludes four line terminators, Rust's only `\n`.
const DOT: &str = r"[^\n\r\u2028\u2029]";

impl Reader<'_> {
    /// Walks the whole pattern. No recursion is needed: nesting only changes the count of open groups.
    fn alternatives(&mut self) -> Result<(), BadPattern> {
        let mut can_repeat = false;
        while let Some(character) = self.rest.next() {
            can_repeat = match character {
                '(' => self.open_group().map(|()| false)?,
                ')' => self.close_group().map(|()| true)?,
                '[' => self.class().map(|()| true)?,
                '*' | '+' | '?' | '{' if !can_repeat => return Err(BadPattern::NothingToRepeat),
                '*' | '+' | '?' => self.repeated(character),
                '{' => self.counted()?,
                '\\' => self.escape(Place::Outside)?,
                '}' | ']' => return Err(BadPattern::Unescaped(character)),
                '.' => self.written(DOT, true),
                '^' | '$' | '|' => self.written(character, false),
                literal => self.written(literal, true),
            };
        }
        if self.open_groups > 0 { Err(BadPattern::UnclosedGroup) } else { Ok(()) }
    }

    /// Appends to the output. Returns whether a quantifier may follow.
    fn written(&mut self, what: impl fmt::Display, can_repeat: bool) -> bool {
        self.rust.push_str(&what.to_string());
        can_repeat
    }

    /// `(` or `(?:`
    fn open_group(&mut self) -> Result<(), BadPattern> {
        self.rust.push('(');
        self.open_groups += 1;
        if self.rest.next_if_eq(&'?').is_some() {
            self.rest.next_if_eq(&':').ok_or(BadPattern::Group)?;
            self.rust.push_str("?:");
        }
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), BadPattern> {
        self.rust.push(')');
        self.open_groups = self.open_groups.checked_sub(1).ok_or(BadPattern::UnclosedGroup)?;
        Ok(())
    }

    /// `*`, `+` or `?`, optionally with `?` for a lazy match.
    fn repeated(&mut self, operator: char) -> bool {
        self.rust.push(operator);
        if self.rest.next_if_eq(&'?').is_some() {
            self.rust.push('?');
        }
        false
    }

    /// The rest of `{n}`, `{n,}`, `{n,m}`.
    fn counted(&mut self) -> Result<bool, BadPattern> {
        let mut count = String::new();
        while let Some(character) = self.rest.next_if(|c| c.is_ascii_digit() || *c == ',') {
            count.push(character);
        }
        self.rest.next_if_eq(&'}').ok_or(BadPattern::Repetition)?;
        let (min, max) = count.split_once(',').unwrap_or((&count, "0"));
        if min.is_empty() || max.contains(',') {
            return Err(BadPattern::Repetition);
        }
        self.rust.extend(["{", &count, "}"]);
        if self.rest.next_if_eq(&'?').is_some() {
            self.rust.push('?');
        }
        Ok(false)
    }

    /// The rest of `[..]`
    fn class(&mut self) -> Result<(), BadPattern> {
        self.rust.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.rust.push('^');
        }
        let mut is_empty = true;
        loop {
            match self.rest.next().ok_or(BadPattern::UnclosedClass)? {
                ']' if is_empty => return Err(BadPattern::EmptyClass),
                ']' => break,
                '[' => return Err(BadPattern::ClassInClass),
                '\\' => self.escape(Place::InClass).map(drop)?,
                operator @ ('&' | '~' | '-') if self.rest.peek() == Some(&operator) => {
                    return Err(BadPattern::SetOperation(operator));
                }
                literal => self.rust.push(literal),
            }
            is_empty = false;
        }
        self.rust.push(']');
        Ok(())
    }

    /// The rest of an escape such as `\d`. Returns whether a quantifier may follow.
    fn escape(&mut self, place: Place) -> Result<bool, BadPattern> {
        let escaped = self.rest.next().ok_or(BadPattern::TrailingBackslash)?;
        let is_boundary = matches!(escaped, 'b' | 'B');
        match escaped {
            's' | 'S' => return Err(BadPattern::Whitespace(escaped)),
            'd' | 'D' | 'w' | 'W' | 'n' | 'r' | 't' | 'f' | 'v' | '^' | '$' | '\\' | '.' | '*' | '+' | '?' | '('
            | ')' | '[' | ']' | '{' | '}' | '|' | '/' => {}
            'b' | 'B' if place == Place::Outside => {}
            '-' if place == Place::InClass => {}
            'x' => return self.hexadecimal('x', 2),
            'u' => return self.hexadecimal('u', 4),
            other => return Err(BadPattern::Escape(other)),
        }
        self.rust.push('\\');
        self.rust.push(escaped);
        Ok(!is_boundary)
    }

    /// The digits of `\x41` or `\u0041`
    fn hexadecimal(&mut self, kind: char, digits: usize) -> Result<bool, BadPattern> {
        self.rust.push('\\');
        self.rust.push(kind);
        for _ in 0..digits {
            let digit = self.rest.next_if(char::is_ascii_hexdigit).ok_or(BadPattern::Hexadecimal(kind, digits))?;
            self.rust.push(digit);
        }
        Ok(true)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    InClass,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_subset_is_accepted_as_it_is() {
        for pattern in [
            "^[a-z][a-z0-9-]{0,62}$",
            r"^sk_(live|test)_[A-Za-z0-9]{24,}$",
            r"^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$",
            r"\d+\.\d*?\w\b",
            r"^[^\]\[\-\\/]+$",
            r"\x41\u00e9é",
            "",
        ] {
            assert_eq!(check(pattern).as_deref(), Ok(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_dot_is_written_out() {
        assert_eq!(check("^.+$").as_deref(), Ok(r"^[^\n\r\u2028\u2029]+$"));
        assert_eq!(check(r"[.]\.").as_deref(), Ok(r"[.]\."));
    }

    #[test]
    fn what_the_two_read_differently_is_refused() {
        // Each case: the pattern, why it is refused, and the replacement that the message suggests.
        let cases = [
            ("(?i)a", BadPattern::Group, "[aA]"),
            ("(?=a)", BadPattern::Group, "(a)"),
            ("(?<name>a)", BadPattern::Group, "(a)"),
            (r"\p{L}", BadPattern::Escape('p'), "[a-z]"),
            (r"\A", BadPattern::Escape('A'), "^"),
            (r"\1", BadPattern::Escape('1'), "1"),
            (r"\x4", BadPattern::Hexadecimal('x', 2), r"\x41"),
            (r"\u4", BadPattern::Hexadecimal('u', 4), r"\u0041"),
            (r"\@", BadPattern::Escape('@'), "@"),
            (r"\s", BadPattern::Whitespace('s'), r"[ \t]"),
            (r"[\s-]", BadPattern::Whitespace('s'), r"[ \t-]"),
            (r"\S", BadPattern::Whitespace('S'), r"[^ \t]"),
            (r"a\", BadPattern::TrailingBackslash, r"a\\"),
            ("a}", BadPattern::Unescaped('}'), r"a\}"),
            ("a]", BadPattern::Unescaped(']'), r"a\]"),
            ("[a", BadPattern::UnclosedClass, "[a]"),
            ("[]a]", BadPattern::EmptyClass, r"[\]a]"),
            ("[a[b]]", BadPattern::ClassInClass, r"[a\[b]"),
            ("[a&&b]", BadPattern::SetOperation('&'), "[a&b]"),
            ("[a--b]", BadPattern::SetOperation('-'), r"[a\-b]"),
            ("a{", BadPattern::Repetition, r"a\{"),
            ("a{,5}", BadPattern::Repetition, "a{0,5}"),
            ("a{1,2,3}", BadPattern::Repetition, "a{1,2}"),
            ("*a", BadPattern::NothingToRepeat, "a"),
            ("a**", BadPattern::NothingToRepeat, "a*"),
            ("^*", BadPattern::NothingToRepeat, "^"),
            ("(a", BadPattern::UnclosedGroup, "(a)"),
            ("a)", BadPattern::UnclosedGroup, "a"),
        ];
        for (pattern, reason, remedy) in cases {
            assert_eq!(check(pattern), Err(reason), "{pattern}");
            assert!(check(remedy).is_ok(), "{remedy}");
        }
        assert!(matches!(check("[z-a]"), Err(BadPattern::Rust(_))));
        assert!(matches!(check("a{2,1}"), Err(BadPattern::Rust(_))));
    }
}
