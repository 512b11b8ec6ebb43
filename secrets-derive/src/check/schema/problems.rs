//! Messages for possible mismatches between the file and the types.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::ToTokens;
use secrets_shape::file_shape::{Constant, Kinds, Span as Places, problem};
use secrets_shape::near::is_near;
use syn::{LitStr, Type};

use super::{File, Paired};
use crate::check::{Body, Field, Object, Reading};
use crate::errors::Errors;
use crate::schema_file::Layout;

/// A mismatch that is an error if the compiler finds it at a place.
pub struct Problem {
    pub at: usize,
    pub bit: u8,
    pub spot: Spot,
    pub message: String,
    /// The remedy.
    pub note: String,
}

/// Where the error points.
#[derive(Clone)]
pub enum Spot {
    Type(Box<Type>),
    Path,
}

/// The last resort in a remedy. `pull` does not change what people write by hand, such as `enum` and `anyOf`.
pub const PULL: &str = "if the file is out of date correct it, or run `cargo secrets pull`";

/// Suggested last: a program that runs without a key that it needs is worse than one that does not compile.
const OPTIONAL: &str = "if the key may be absent, make the field an `Option` or give it a `default`";

/// Reports what the tokens decide and returns what the types decide.
pub fn problems(path: &LitStr, file: &File, body: &Body, found: &[u8], errors: &mut Errors) -> Vec<Problem> {
    let tag = if let Body::Tagged(tagged) = body { Some(tagged.tag.value()) } else { None };
    let mut told = Told {
        path: path.value(),
        tag,
        span: path.span(),
        layout: &file.layout,
        found,
        problems: Vec::new(),
        known: HashSet::new(),
    };
    for paired in &file.objects {
        match body {
            Body::Struct(object) => told.object(paired, object, errors),
            Body::Tagged(tagged) => told.object(paired, &tagged.variants[paired.variant].object, errors),
            Body::Newtype(_) | Body::Converted(_) | Body::Names(_) | Body::Variants(_) => {}
        }
    }
    told.problems
}

struct Told<'a> {
    path: String,
    /// The enum's tag.
    tag: Option<String>,
    span: Span,
    layout: &'a Layout<'static>,
    /// The problem bits of each place.
    found: &'a [u8],
    problems: Vec<Problem>,
    known: HashSet<(usize, u8)>,
}

/// The type that reads a value.
#[derive(Clone)]
struct Reader {
    spot: Spot,
    /// The type in backticks: "`Vec<Host>`"
    name: String,
}

impl Told<'_> {
    fn object(&mut self, paired: &Paired, object: &Object, errors: &mut Errors) {
        let flattened: Vec<&Field> =
            object.fields.iter().filter(|field| matches!(field.reading, Reading::Flattened)).collect();
        for (index, field) in object.fields.iter().enumerate() {
            let (at, places) = (paired.problems + index, paired.places_of(index).collect::<Vec<_>>());
            let key = field.keys.first().map(LitStr::value).unwrap_or_default();
            let reader = reader(&field.ty);
            if matches!(field.reading, Reading::Flattened) {
                self.missing_in(at, paired.place, &self.path.clone(), &reader);
                continue;
            }
            for place in &places {
                self.value(*place, self.layout.keys[*place], &reader);
            }
            if places.is_empty() && flattened.is_empty() && self.near_miss(paired, object, field, errors) {
                continue;
            }
            // Only a missing key asks for them, and a large file has many keys.
            let is_missing = self.found[at] & problem::MISSING != 0;
            let unread = if is_missing { self.unread_keys(paired, object) } else { Vec::new() };
            self.presence(at, &key, &reader, &unread);
        }
        self.others(paired, object, &flattened, errors);
    }

    /// Reports a similar key of the file that no field reads, probably the one that was meant.
    fn near_miss(&mut self, paired: &Paired, object: &Object, field: &Field, errors: &mut Errors) -> bool {
        if !self.layout.places[paired.place].are_all_keys || paired.is_shared {
            return false;
        }
        let near = self
            .layout
            .keys_in(paired.place)
            .map(|(_, key)| key)
            .find(|key| is_missed(key, field) && !is_read(key, object));
        let (Some(near), Some(key)) = (near, field.keys.first()) else { return false };
        let (path, name) = (&self.path, key.value());
        let message =
            format!("{path} has no key `{name}`; did you mean `{near}`? Correct the field's name or `rename`; {PULL}");
        errors.at(key.span(), message);
        true
    }

    /// The keys of the file that no field reads. One of them may be the key that was meant.
    fn unread_keys(&self, paired: &Paired, object: &Object) -> Vec<&'static str> {
        let keys = self.layout.keys_in(paired.place).map(|(_, key)| key);
        keys.filter(|key| !is_read(key, object) && self.tag.as_deref() != Some(key)).collect()
    }

    fn presence(&mut self, at: usize, key: &str, reader: &Reader, unread: &[&str]) {
        let path = self.path.clone();
        let optional = "make the field an `Option`, give it a `default`, or list the key under `required` in the file";
        self.ask(
            at,
            problem::OPTIONAL,
            &reader.spot,
            format!("`{key}` may be absent in {path}, and is required here"),
            optional,
        );
        let (others, rename) = match unread {
            [] => (String::new(), ""),
            keys => (
                format!("; keys that no field reads: `{}`", keys.join("`, `")),
                "to read another key write `rename = \"..\"`; ",
            ),
        };
        let message = format!("{path} has no key `{key}`, which is required here{others}");
        self.ask(at, problem::MISSING, &reader.spot, message, &format!("{rename}{PULL}; {OPTIONAL}"));
    }

    /// Asks about the keys that no named field reads.
    fn others(&mut self, paired: &Paired, object: &Object, flattened: &[&Field], errors: &mut Errors) {
        let reader = match flattened {
            [] => None,
            [only] => Some(reader(&only.ty)),
            several => {
                let names: Vec<String> = several.iter().map(|field| spelled(&field.ty)).collect();
                Some(Reader { spot: Spot::Path, name: format!("none of `{}`", names.join("`, `")) })
            }
        };
        if let (Some(reader), Some(values)) = (&reader, self.layout.places[paired.place].values) {
            self.value(values, "*", reader);
        }
        let others: Vec<(usize, &str)> =
            self.layout.keys_in(paired.place).filter(|(_, key)| !is_read(key, object)).collect();
        for (at, key) in others {
            match &reader {
                Some(reader) => self.value(at, key, reader),
                None if self.found[at] & problem::UNREAD != 0 => {
                    let is_meant = object
                        .fields
                        .iter()
                        .enumerate()
                        .any(|(index, field)| paired.places_of(index).next().is_none() && is_missed(key, field));
                    if !is_meant {
                        errors.at(self.span, self.unread(key) + "; " + UNREAD_REMEDY);
                    }
                }
                None => {}
            }
        }
    }

    fn unread(&self, key: &str) -> String {
        format!("{} requires the key `{key}`, which no field reads and `deny_unknown_fields` refuses", self.path)
    }

    /// Asks about all problems of a value and its parts.
    fn value(&mut self, at: usize, key: &str, reader: &Reader) {
        let place = self.layout.places[at];
        let (path, Reader { spot, name }) = (self.path.clone(), reader);
        let kinds = words(place.kinds);
        let change = format!("change the type, or the option that says how it is read; {PULL}");
        self.ask(
            at,
            problem::KINDS,
            spot,
            format!("`{key}` is {kinds} in {path}, which {name} does not read"),
            &change,
        );
        let null = "make the value an `Option`, or remove null from the file";
        self.ask(at, problem::NULL, spot, format!("`{key}` may be null in {path}, which {name} does not read"), null);
        let optional = "make that field an `Option`, give it a `default`, or list the key under `required` in the file";
        self.ask(
            at,
            problem::OPTIONAL,
            spot,
            format!("`{key}` may be absent in {path}, and {name} requires it"),
            optional,
        );
        let range = range(place.minimum, place.maximum);
        let message = format!("`{key}` is {range} in {path}, and {name} reads no such number here");
        self.ask(at, problem::RANGE, spot, message, "change the type or its `range`, or correct the file");
        self.ask(at, problem::UNREAD, spot, self.unread(key), UNREAD_REMEDY);
        let tag = format!("`{key}` in {path} does not have the key whose value names the variant of {name}");
        self.ask(at, problem::TAG, spot, tag, &format!("correct `tag`; {PULL}"));
        self.missing_in(at, at, &format!("`{key}` in {path}"), reader);
        if let Some(Places(start, end)) = place.constants {
            for constant in start..end {
                let listed = self::constant(self.layout.constants[constant]);
                let message = format!("`{key}` may be {listed} in {path}, which {name} does not read");
                let at = self.layout.places.len() + constant;
                let note = "have the type and its rules accept it, or remove it from the file";
                self.ask(at, problem::CONSTANT, spot, message, note);
            }
        }
        for (inner, key) in self.inside(at, key) {
            self.value(inner, &key, reader);
        }
    }

    /// The parts of a place, with their paths.
    fn inside(&self, at: usize, path: &str) -> Vec<(usize, String)> {
        let place = self.layout.places[at];
        let keys = self.layout.keys_in(at).map(|(inner, key)| (inner, format!("{path}.{key}")));
        let parts =
            [(place.items, format!("{path}[]")), (place.values, format!("{path}.*")), (place.content, path.to_owned())];
        let parts = parts.into_iter().filter_map(|(part, path)| Some((part?, path)));
        let variants = (place.variants.0..place.variants.1).map(|variant| (variant, path.to_owned()));
        keys.chain(parts).chain(variants).collect()
    }

    /// Asks about a required key that the object does not have. The tokens do not show which keys a type requires.
    fn missing_in(&mut self, at: usize, object: usize, whole: &str, reader: &Reader) {
        let keys: Vec<String> = self.layout.keys_in(object).map(|(_, key)| format!("`{key}`")).collect();
        let keys = if keys.is_empty() { "no keys".to_owned() } else { keys.join(", ") };
        let message = format!("{} requires a key that {whole} does not have: it has {keys}", reader.name);
        let note = format!("read the key that is meant, with `rename = \"..\"`; {PULL}; {OPTIONAL}");
        self.ask(at, problem::MISSING, &reader.spot, message, &note);
    }

    fn ask(&mut self, at: usize, bit: u8, spot: &Spot, message: String, note: &str) {
        if self.found[at] & bit != 0 && self.known.insert((at, bit)) {
            self.problems.push(Problem { at, bit, spot: spot.clone(), message, note: note.to_owned() });
        }
    }
}

const UNREAD_REMEDY: &str = "add a field for it, or correct the file, by hand or with `cargo secrets pull`";

fn is_missed(key: &str, field: &Field) -> bool {
    field.keys.iter().any(|name| is_near(key, &name.value()))
}

fn is_read(key: &str, object: &Object) -> bool {
    object.fields.iter().flat_map(|field| &field.keys).any(|name| name.value() == key)
}

fn reader(ty: &Type) -> Reader {
    Reader { spot: Spot::Type(Box::new(ty.clone())), name: format!("`{}`", spelled(ty)) }
}

/// A type as it is usually written, without the spaces between tokens.
fn spelled(ty: &Type) -> String {
    let spaced = ty.to_token_stream().to_string();
    let glued = [(" < ", "<"), (" >", ">"), ("> ", ">"), (" ,", ","), (" :: ", "::"), ("& ", "&"), (" ;", ";")];
    glued.into_iter().fold(spaced, |text, (from, to)| text.replace(from, to))
}

/// "an integer or a string". Omits null next to other kinds.
pub fn words(kinds: Kinds) -> String {
    let mut rest = if kinds == Kinds::NULL { kinds } else { kinds.without(Kinds::NULL) };
    let mut words = Vec::new();
    for (kind, word) in NAMES {
        if rest.has(kind) {
            words.push(word);
            rest = rest.without(kind);
        }
    }
    if words.is_empty() { "no value at all".to_owned() } else { words.join(" or ") }
}

/// The number comes before the integer because it includes it.
const NAMES: [(Kinds, &str); 7] = [
    (Kinds::OBJECT, "an object"),
    (Kinds::ARRAY, "an array"),
    (Kinds::NUMBER, "a number"),
    (Kinds::INTEGER, "an integer"),
    (Kinds::BOOLEAN, "true or false"),
    (Kinds::STRING, "a string"),
    (Kinds::NULL, "null"),
];

fn range(minimum: Option<i128>, maximum: Option<i128>) -> String {
    match (minimum, maximum) {
        (Some(minimum), Some(maximum)) => format!("a number from {minimum} to {maximum}"),
        (Some(minimum), None) => format!("at least {minimum}"),
        (_, Some(maximum)) => format!("at most {maximum}"),
        (None, None) => "any number".to_owned(),
    }
}

/// A constant as the file writes it.
pub fn constant(constant: Constant<'_>) -> String {
    match constant {
        Constant::Null => "null".to_owned(),
        Constant::Boolean => "a boolean".to_owned(),
        Constant::Text(text) => format!("{text:?}"),
        Constant::Integer(value) => value.to_string(),
        Constant::Number => "a number that is not an integer".to_owned(),
        Constant::Structure => "a list or an object".to_owned(),
    }
}
