//! Decodes a struct from an object: keys are matched to fields once, then each field reads its own value.
//!
//! Only code that handles a field's own type is generic, so that a derived type adds little code.

use std::borrow::Cow;
use std::fmt;

use super::path::{Path, Step};
use super::report::{Report, Reported};
use super::rules::Rules;
use super::view::{Json, Kind};
use crate::json::{LoneSurrogate, Position, Text, Value};
use secrets_shape::near::is_near;
use secrets_shape::shape::{FieldShape, ObjectShape, Shape, Unknown};

/// The position of a field's value in an object, and the spelling of its key.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Slot {
    value: Option<Position>,
    spelling: u32,
}

impl Slot {
    /// No value yet.
    pub const EMPTY: Self = Self { value: None, spelling: 0 };
}

/// An object whose keys have been matched to the fields of a struct.
#[doc(hidden)]
pub struct Object<'a> {
    json: &'a Json<'a>,
    shape: &'static ObjectShape,
    slots: &'a [Slot],
    /// Keys that no field reads, sorted.
    unknown: Vec<Text<'a>>,
    broken: Option<Reported>,
}

/// Shows the path of the object and the struct's name.
impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({} of {})", self.json.path(), self.shape.name)
    }
}

impl<'a> Object<'a> {
    /// Matches the keys of `json` to the fields of `shape`, which is that of an object or of an enum's variant; one
    /// slot per field.
    ///
    /// # Errors
    /// `json` is not an object. Unknown and duplicate keys are reported, and make [`close`](Self::close) fail.
    pub fn open(
        json: &'a Json<'a>,
        shape: Shape,
        variant: usize,
        slots: &'a mut [Slot],
        report: &mut Report,
    ) -> Result<Self, Reported> {
        let shape = shape.object(variant);
        if json.kind() != Kind::Object {
            return Err(report.mismatch(json, "an object"));
        }
        let mut matching = Matching { json, shape, slots, expected: 0, unknown: Vec::new(), broken: None };
        for (key, value) in json.entries() {
            matching.entry(key, value, report);
        }
        Ok(matching.finish(report))
    }

    /// Reads a field with the functions of its type. `None` if its key is absent, or is `null` and the type does not
    /// read `null`.
    ///
    /// # Errors
    /// The value violates the field's shape.
    pub fn read<T>(
        &self,
        field: usize,
        decode: fn(&Json<'_>, &mut Report) -> Result<T, Reported>,
        absent: fn() -> Option<T>,
        report: &mut Report,
    ) -> Result<Option<T>, Reported> {
        // Borrowed, because it is too large to move.
        let Some(json) = &self.keyed_json(field) else { return Ok(None) };
        if json.is_nothing(&self.shape.fields[field].shape) && absent().is_none() {
            return Ok(None);
        }
        decode(json, report).map(Some)
    }

    /// Reads a field that is flattened into this object: the keys that it knows, or those that no other field reads.
    ///
    /// # Errors
    /// The value violates the field's shape.
    pub fn flattened<T>(
        &self,
        field: usize,
        decode: fn(&Json<'_>, &mut Report) -> Result<T, Reported>,
        (): (),
        report: &mut Report,
    ) -> Result<Option<T>, Reported> {
        decode(&self.flattened_json(field), report).map(Some)
    }

    /// The value of a field's key.
    pub(super) fn keyed_json(&self, field: usize) -> Option<Json<'_>> {
        let Slot { value, spelling } = self.slots[field];
        let value = self.json.value_at(value?);
        let declared = &self.shape.fields[field];
        let path = self.json.path().child(Step::Key(declared.keys[spelling as usize]));
        Some(Json::field(path, value, declared.coercion, declared.rules))
    }

    /// This object, as a flattened field reads it.
    pub(super) fn flattened_json(&self, field: usize) -> Json<'a> {
        let declared = &self.shape.fields[field];
        self.json.flattened(self.shape, declared.coercion, declared.rules)
    }

    /// The rules of a field.
    pub(super) fn rules_of<'r>(&'r self, field: usize, report: &'r mut Report) -> Rules<'r> {
        let declared = &self.shape.fields[field];
        Rules::new(self.path_of(field), &declared.shape, declared.rules, report)
    }

    /// Applies rules to the result of [`read`](Self::read).
    ///
    /// # Errors
    /// A rule does not hold, or the field failed before.
    pub fn rules<T>(
        &self,
        field: usize,
        value: Result<Option<T>, Reported>,
        judge: impl FnOnce(&T, &mut Rules<'_>),
        report: &mut Report,
    ) -> Result<Option<T>, Reported> {
        if let Ok(Some(value)) = &value {
            let mut rules = self.rules_of(field, report);
            judge(value, &mut rules);
            rules.verdict()?;
        }
        value
    }

    /// The result of [`read`](Self::read), for a field without a default.
    ///
    /// # Errors
    /// The key is absent and the type has no value for that, or the field failed before.
    pub fn require<T>(
        &self,
        field: usize,
        value: Result<Option<T>, Reported>,
        absent: fn() -> Option<T>,
        report: &mut Report,
    ) -> Result<T, Reported> {
        value?.or_else(absent).ok_or_else(|| self.missing(field, report))
    }

    /// The result of [`read`](Self::read), or the field's default.
    ///
    /// # Errors
    /// The field failed before.
    pub fn or_default<T>(
        &self,
        value: Result<Option<T>, Reported>,
        default: impl FnOnce() -> T,
    ) -> Result<T, Reported> {
        Ok(value?.unwrap_or_else(default))
    }

    /// The result of [`read`](Self::read), or the field of the container's default.
    ///
    /// # Errors
    /// The field failed before.
    pub fn or_value<T>(&self, value: Result<Option<T>, Reported>, default: T) -> Result<T, Reported> {
        Ok(value?.unwrap_or(default))
    }

    /// Fails if the object itself has a violation.
    ///
    /// # Errors
    /// A key is unknown where that is denied, or a key is given twice.
    pub fn close(self) -> Result<(), Reported> {
        self.broken.map_or(Ok(()), Err)
    }

    pub(super) fn missing(&self, field: usize, report: &mut Report) -> Reported {
        let declared = &self.shape.fields[field];
        let found = match self.slots[field].value {
            Some(_) if self.keyed_json(field).is_some_and(|json| json.is_blank()) => Cow::Borrowed("an empty string"),
            Some(_) => Cow::Borrowed(Kind::Null.found()),
            None => match near_miss(&self.unknown, declared.keys) {
                Some(key) => Cow::Owned(format!("nothing, but the similar key {key:?}")),
                None => Cow::Borrowed("nothing"),
            },
        };
        self.violation(field, found, report)
    }

    fn violation(&self, field: usize, found: Cow<'static, str>, report: &mut Report) -> Reported {
        report.violation(&self.path_of(field), self.shape.fields[field].expected(), found)
    }

    /// The path, with the spelling that the secret uses.
    fn path_of(&self, field: usize) -> Path<'_> {
        match self.shape.fields[field].keys.get(self.slots[field].spelling as usize) {
            Some(key) => self.json.path().child(Step::Key(key)),
            None => *self.json.path(),
        }
    }
}

/// The pass over an object's entries.
struct Matching<'a> {
    json: &'a Json<'a>,
    shape: &'static ObjectShape,
    slots: &'a mut [Slot],
    /// The field whose key is expected next: most documents have the order of the struct.
    expected: usize,
    unknown: Vec<Text<'a>>,
    broken: Option<Reported>,
}

impl<'a> Matching<'a> {
    #[inline]
    fn entry(&mut self, key: Value<'a>, value: Value<'a>, report: &mut Report) {
        // Usually it is the expected field.
        let expected = self.shape.fields.get(self.expected).and_then(|field| field.keys.first());
        if expected.is_some_and(|expected| key.is_plainly(expected)) {
            return self.found((self.expected, 0), value, report);
        }
        match key.unquoted() {
            Ok(key) => match self.field_of(&key) {
                Some(field) => self.found(field, value, report),
                None => self.unknown.push(key),
            },
            Err(LoneSurrogate) => self.broken = Some(report.bad_key(self.json.path())),
        }
    }

    /// Records the value for one spelling of a field's key.
    #[inline]
    fn found(&mut self, (field, spelling): (usize, u32), value: Value<'a>, report: &mut Report) {
        self.expected = field + 1;
        let slot = &mut self.slots[field];
        if slot.value.is_some() {
            return self.found_twice(field, spelling, report);
        }
        *slot = Slot { value: Some(value.position()), spelling };
    }

    #[cold]
    fn found_twice(&mut self, field: usize, spelling: u32, report: &mut Report) {
        let (first, keys) = (self.slots[field].spelling, self.shape.fields[field].keys);
        let (expected, found) = if first == spelling {
            ("the key once".to_owned(), Cow::Borrowed("it twice"))
        } else {
            (format!("one of the keys {}", keys.join(", ")), Cow::Borrowed("two of them"))
        };
        let path = self.json.path().child(Step::Key(keys[first as usize]));
        self.broken = Some(report.violation(&path, expected, found));
    }

    /// The field that reads `key`, and the index of its spelling.
    fn field_of(&self, key: &str) -> Option<(usize, u32)> {
        let fields = self.shape.fields;
        let (before, from) = fields.split_at(self.expected.min(fields.len()));
        let spelling =
            |field: &FieldShape| (0..).zip(field.keys).find_map(|(at, &spelling)| (spelling == key).then_some(at));
        let offset = |base: usize| move |(at, spelling): (usize, u32)| (base + at, spelling);
        position(from, spelling).map(offset(before.len())).or_else(|| position(before, spelling))
    }

    fn finish(mut self, report: &mut Report) -> Object<'a> {
        if !self.unknown.is_empty() {
            self.unknown.sort_unstable_by(|left, right| left.cmp(right));
            // An object that is flattened into another cannot judge the other's keys.
            if !self.json.is_flattened() && self.shape.rest().is_none() {
                self.judge_unknown(report);
            }
        }
        let Matching { json, shape, slots, unknown, broken, .. } = self;
        Object { json, shape, slots, unknown, broken }
    }

    fn judge_unknown(&mut self, report: &mut Report) {
        // Flattened structs read keys that no field of this struct reads.
        self.unknown.retain(|key| !self.shape.reads(key));
        if self.unknown.windows(2).any(|pair| *pair[0] == *pair[1]) {
            self.broken = Some(report.violation(self.json.path(), "every key once", "a key twice"));
        }
        if self.shape.unknown == Unknown::Denied && !self.unknown.is_empty() {
            self.deny_unknown(report);
        } else if !report.is_trial() {
            self.warn_of_near_misses();
        }
    }

    /// Reports one violation for each near miss that no missing field reports, and one for all other keys: their number
    /// and names are the secret's own.
    fn deny_unknown(&mut self, report: &mut Report) {
        let keys = self.shape.all_keys();
        let mut are_all_near = true;
        for unknown in &self.unknown {
            match keys.iter().find(|key| is_near(unknown, key)) {
                Some(key) if self.is_missing(key) => {}
                Some(key) => {
                    let (expected, found) = (format!("the key {key:?}"), format!("{:?}", &**unknown));
                    self.broken = Some(report.violation(self.json.path(), expected, found));
                }
                None => are_all_near = false,
            }
        }
        if !are_all_near {
            let expected = self.shape.expected_keys();
            self.broken = Some(report.violation(self.json.path(), expected, "an unknown key"));
        }
    }

    /// Whether the field with this key will be reported as missing, together with its near miss.
    fn is_missing(&self, key: &str) -> bool {
        let mut fields = self.shape.fields.iter().zip(&*self.slots);
        fields.any(|(field, slot)| slot.value.is_none() && field.keys.contains(&key) && field.is_required())
    }

    /// A misspelt key of an optional field would go unnoticed; for a required field it is part of the violation.
    fn warn_of_near_misses(&self) {
        for (field, slot) in self.shape.fields.iter().zip(&*self.slots) {
            if let (true, Some(key)) = (slot.value.is_none(), near_miss(&self.unknown, field.keys)) {
                tracing::warn!(
                    target: "secrets_runtime",
                    type_name = self.shape.name,
                    key = field.keys[0],
                    similar = key,
                    "the secret lacks a key and has a similar one, which is not read"
                );
            }
        }
    }
}

/// A key that a person may have meant as one of the declared `names`.
fn near_miss<'a>(keys: &'a [Text<'_>], names: &[&str]) -> Option<&'a str> {
    keys.iter().map(|key| &**key).find(|key| names.iter().any(|name| is_near(key, name)))
}

/// The first field for which `find` returns something.
fn position<T>(fields: &[FieldShape], find: impl Fn(&FieldShape) -> Option<T>) -> Option<(usize, T)> {
    fields.iter().enumerate().find_map(|(at, field)| Some((at, find(field)?)))
}
