//! What is wrong between a type and its schema file, and how the compiler says it.

use super::check::DEEPEST_TYPE;
use super::file::SchemaFile;
use super::kinds::Kinds;
use super::reader::NotJson;
use super::writer::Writer;

/// A problem, and the way to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem {
    what: What,
    /// Inside out: one for each value that is in another.
    steps: [Step; DEEPEST_TYPE + 1],
    length: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// The file does not have a key.
    Missing {
        key: &'static str,
        near: Option<usize>,
        /// Which tells variants apart.
        is_tag: bool,
    },
    /// A key may be absent in the file, and not in the type.
    Optional,
    /// As that, of `null`.
    Nullable,
    Kinds {
        expected: Kinds,
        found: Kinds,
    },
    /// A constant that the type does not read, or does not list.
    Constant {
        at: usize,
        listed: Option<&'static [&'static str]>,
    },
    /// An end of the file's range, which the type's does not reach.
    Range {
        min: i128,
        max: i128,
        end: &'static str,
        at: usize,
    },
    /// The file requires a key that `deny_unknown_fields` refuses.
    Unread {
        at: usize,
    },
}

/// From a value to one in it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Key(&'static str),
    Items,
    Values,
    /// A key of the file.
    Found(usize),
}

impl Problem {
    pub(super) const fn of(what: What) -> Self {
        Self { what, steps: [Step::Items; DEEPEST_TYPE + 1], length: 0 }
    }

    pub(super) const fn under(mut self, step: Step) -> Self {
        self.steps[self.length] = step;
        self.length += 1;
        self
    }
}

const STALE: &str = "run `cargo secrets pull` if the file is out of date";

impl SchemaFile<'_> {
    /// Writes what the compiler says.
    pub(super) const fn tell(&self, problem: &Problem, to: &mut Writer<'_>) {
        match problem.what {
            What::Missing { key, near, is_tag } => self.tell_missing(problem, key, near, is_tag, to),
            What::Optional => {
                self.trail(problem, to);
                to.put(" may be absent in ");
                to.put(self.path);
                to.put(", but is required here: make the field an `Option` or give it a `default`, or list the key under `required`");
            }
            What::Nullable => {
                self.trail(problem, to);
                to.put(" may be null in ");
                to.put(self.path);
                to.put(", but not here: make it an `Option`, or take null out of the file");
            }
            What::Kinds { expected, found } => {
                self.trail(problem, to);
                to.put(": expected ");
                expected.words(to);
                to.put(", but ");
                to.put(self.path);
                to.put(" says ");
                found.words(to);
                to.put("; change the type, or ");
                to.put(STALE);
            }
            What::Constant { at, listed } => self.tell_constant(problem, at, listed, to),
            What::Range { min, max, end, at } => {
                self.trail(problem, to);
                to.put(": expected an integer from ");
                to.integer(min);
                to.put(" to ");
                to.integer(max);
                to.put(", but ");
                to.put(self.path);
                to.put(" says ");
                to.put(end);
                to.quote(self.value(at));
                to.put("; change the type or its `range`, or the file");
            }
            What::Unread { at } => {
                to.put(self.path);
                to.put(" requires the key `");
                self.prefix(problem, to);
                to.quote(self.value(at));
                to.put("`, which no field reads and `deny_unknown_fields` refuses: add a field for it, or ");
                to.put(STALE);
            }
        }
    }

    const fn tell_missing(
        &self,
        problem: &Problem,
        key: &'static str,
        near: Option<usize>,
        is_tag: bool,
        to: &mut Writer<'_>,
    ) {
        to.put(self.path);
        to.put(" has no key `");
        self.prefix(problem, to);
        to.put(key);
        if let Some(near) = near {
            to.put("`; did you mean `");
            to.quote(self.key(near));
            to.put(if is_tag { "`? Correct `tag`, or " } else { "`? Correct the field's name or `rename`, or " });
        } else if is_tag {
            to.put("`, which tells the variants apart: correct `tag`, or ");
        } else {
            to.put("`, which is required here: make the field an `Option` or give it a `default`, or ");
        }
        to.put(STALE);
    }

    const fn tell_constant(
        &self,
        problem: &Problem,
        at: usize,
        listed: Option<&'static [&'static str]>,
        to: &mut Writer<'_>,
    ) {
        to.put(self.path);
        to.put(" lists ");
        self.constant(at, to);
        to.put(" for ");
        self.trail(problem, to);
        match listed {
            Some(names) => {
                to.put(", which is none of ");
                let mut name = 0;
                while name < names.len() {
                    if name > 0 {
                        to.put(", ");
                    }
                    to.text(names[name]);
                    name += 1;
                }
                to.put("; add it here, or ");
            }
            None => to.put(", and nothing that the field reads; change the type, or "),
        }
        to.put(STALE);
    }

    /// A constant as the file writes it.
    const fn constant(&self, at: usize, to: &mut Writer<'_>) {
        let quotes = if matches!(self.kind(at), super::reader::Kind::String) { "\"" } else { "" };
        to.put(quotes);
        to.quote(self.value(at));
        to.put(quotes);
    }

    /// `` `replicas[].host` ``
    const fn trail(&self, problem: &Problem, to: &mut Writer<'_>) {
        if problem.length == 0 {
            to.put("the secret");
            return;
        }
        to.put("`");
        self.steps(problem, to);
        to.put("`");
    }

    /// `replicas[].`, before a key.
    const fn prefix(&self, problem: &Problem, to: &mut Writer<'_>) {
        if problem.length > 0 {
            self.steps(problem, to);
            to.put(".");
        }
    }

    const fn steps(&self, problem: &Problem, to: &mut Writer<'_>) {
        let mut at = problem.length;
        while at > 0 {
            at -= 1;
            let dot = if at + 1 < problem.length { "." } else { "" };
            match problem.steps[at] {
                Step::Key(key) => {
                    to.put(dot);
                    to.put(key);
                }
                Step::Items => to.put("[]"),
                Step::Values => {
                    to.put(dot);
                    to.put("*");
                }
                Step::Found(key) => {
                    to.put(dot);
                    to.quote(self.key(key));
                }
            }
        }
    }

    /// Writes where the text is not JSON.
    pub(super) const fn tell_not_json(&self, error: NotJson, to: &mut Writer<'_>) {
        let NotJson { at, expected } = error;
        let (line, column) = self.place(at);
        to.put(self.path);
        to.put(" is not JSON: line ");
        to.integer(line as i128);
        to.put(", column ");
        to.integer(column as i128);
        to.put(": expected ");
        to.put(expected);
        to.put("; correct it, or write it anew with `cargo secrets pull`");
    }

    /// The line and the column of a byte, in characters.
    const fn place(&self, at: usize) -> (usize, usize) {
        let text = self.text.as_bytes();
        let (mut line, mut column, mut byte) = (1, 1, 0);
        while byte < at {
            match text[byte] {
                b'\n' => {
                    line += 1;
                    column = 1;
                }
                // Within a character.
                0x80..0xC0 => {}
                _ => column += 1,
            }
            byte += 1;
        }
        (line, column)
    }
}
