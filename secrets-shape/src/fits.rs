//! Compares a type with a schema file: the part of the comparison that needs the type.
//!
//! The derive reads the file, pairs its keys with the fields and builds a [`FileShape`]: places, each with an index and a set of
//! [problems](problem). It first calls [`fits`] with [`Shape::Unknown`] for types that it cannot see in tokens, to learn which problems are
//! possible. Then the compiler evaluates [`fits`] with the real shapes.
//!
//! A file that allows more than the type accepts is not a problem by itself.

use crate::file_shape::{Constant, FileObject, FileShape, Kinds, NOWHERE, Place, Span, problem, same};
use crate::number::Integer;
use crate::rule::{Rule, narrowed, rules_of_items};
use crate::shape::{
    Absence, Coercion, FieldShape, FromNumber, ObjectShape, Placement, Shape, Telling, Unknown, VariantsShape,
};

/// Compares a type with its file. Returns the problems of each place, then of each constant, then of each field.
pub const fn fits<const N: usize>(shape: &'static Shape, file: &FileShape<'_>) -> [u8; N] {
    let mut problems = [0; N];
    compare_objects(shape, file, &mut problems);
    problems
}

/// Like [`fits`], into a slice that must be long enough.
pub const fn compare_objects(shape: &'static Shape, file: &FileShape<'_>, problems: &mut [u8]) {
    let mut comparison = Comparison { file, problems };
    let mut at = 0;
    while at < file.objects.len() {
        let object = &file.objects[at];
        match shape {
            Shape::Object(whole) => comparison.paired(object, whole),
            Shape::Tagged(tagged) => comparison.paired(object, &tagged.variants[object.variant]),
            _ => {}
        }
        at += 1;
    }
}

/// Like [`fits`] without pairing: finds keys by name. For tests.
pub const fn compare(shape: &'static Shape, file: &FileShape<'_>, problems: &mut [u8]) {
    Comparison { file, problems }.value(0, Expected::of(shape, &[], Coercion::FromString, false, false));
}

/// Whether no place has any of these problems.
pub const fn lack(found: &[u8], these: &[u8]) -> bool {
    let mut at = 0;
    while at < these.len() {
        if found[at] & these[at] != 0 {
            return false;
        }
        at += 1;
    }
    true
}

struct Comparison<'a, 'f> {
    file: &'a FileShape<'f>,
    problems: &'a mut [u8],
}

/// What the type accepts at one place of a secret.
#[derive(Clone, Copy)]
struct Expected {
    shape: &'static Shape,
    rules: &'static [Rule],
    coercion: Coercion,
    may_be_null: bool,
}

impl Expected {
    /// Unwraps `Option`s and newtypes, which add no JSON of their own.
    const fn of(
        mut shape: &'static Shape,
        mut rules: &'static [Rule],
        mut coercion: Coercion,
        mut may_be_null: bool,
        is_in_field: bool,
    ) -> Self {
        loop {
            match shape {
                Shape::Optional(inner) => {
                    shape = inner;
                    may_be_null = true;
                }
                Shape::Newtype(field) => {
                    shape = &field.shape;
                    rules = field.rules;
                    coercion = field.coercion;
                    // As a field's type, a newtype of an `Option` still requires the key.
                    if let (Shape::Optional(inner), true) = (shape, is_in_field) {
                        shape = inner;
                    }
                }
                _ => {
                    let may_be_null = may_be_null || shape.is_optional();
                    return Self { shape, rules, coercion, may_be_null };
                }
            }
        }
    }

    const fn of_field(field: &'static FieldShape) -> Self {
        Self::of(&field.shape, field.rules, field.coercion, matches!(field.absence, Absence::Default), true)
    }

    /// The content of an array, map or embedded document.
    const fn inside(self, shape: &'static Shape) -> Self {
        Self::of(shape, rules_of_items(self.rules), self.coercion, false, false)
    }

    const fn is_unknown(self) -> bool {
        matches!(self.shape, Shape::Unknown)
    }

    /// The names that the type accepts, if they are listed. It must then accept every constant of the file.
    const fn names(self) -> Option<&'static [&'static str]> {
        match self.shape {
            Shape::Names(names) => Some(names),
            Shape::String => {
                let mut at = 0;
                while at < self.rules.len() {
                    if let Rule::OneOf(names) = self.rules[at] {
                        return Some(names);
                    }
                    at += 1;
                }
                None
            }
            _ => None,
        }
    }

    /// Whether the type accepts a constant. Returns `true` where only running code could tell.
    const fn reads(self, constant: Constant<'_>) -> bool {
        match (self.shape, constant) {
            (_, Constant::Null) | (Shape::Boolean, Constant::Boolean) => true,
            (Shape::Names(_) | Shape::String, Constant::Text(text)) => match self.names() {
                Some(names) => contains(names, text),
                None => true,
            },
            (Shape::Boolean, Constant::Text(text)) => self.coerces() && contains(&["true", "false"], text),
            (Shape::Integer { .. }, Constant::Integer(value)) => self.reads_integer(Integer::Signed(value)),
            (Shape::Integer { .. }, Constant::Text(text)) => match spelled(text) {
                Some(value) => self.coerces() && self.reads_integer(value),
                None => false,
            },
            (Shape::Unknown | Shape::Names(_) | Shape::String | Shape::Boolean | Shape::Integer { .. }, _) => false,
            _ => true,
        }
    }

    const fn reads_integer(self, value: Integer) -> bool {
        let Shape::Integer { min, max, .. } = *self.shape else { return false };
        let (min, max) = narrowed(min, max, self.rules);
        !value.is_below(min) && !max.is_below(value)
    }

    const fn coerces(self) -> bool {
        !matches!(self.coercion, Coercion::None)
    }
}

impl Comparison<'_, '_> {
    const fn add(&mut self, at: usize, problem: u8) {
        self.problems[at] |= problem;
    }

    /// Compares an object whose fields were paired with places.
    const fn paired(&mut self, object: &FileObject<'_>, whole: &'static ObjectShape) {
        let mut at = 0;
        while at < object.places.len() {
            let (place, field) = (object.places[at], &whole.fields[object.tags + at]);
            if matches!(field.placement, Placement::Flattened) {
                self.flattened(object.place, whole, field, object.is_shared, object.problems + at);
            } else {
                if place != NOWHERE {
                    self.value(place as usize, Expected::of_field(field));
                }
                if object.required[at] == 0 && field.is_required() {
                    self.may_be_absent(object, place != NOWHERE, object.problems + at);
                }
            }
            at += 1;
        }
        let mut alias = 0;
        while alias < object.aliases.len() {
            let (field, place) = object.aliases[alias];
            self.value(place as usize, Expected::of_field(&whole.fields[object.tags + field]));
            alias += 1;
        }
        self.unread(object.place, whole);
    }

    const fn may_be_absent(&mut self, object: &FileObject<'_>, is_there: bool, at: usize) {
        if !is_there && self.file.place(object.place).are_all_keys {
            self.add(at, problem::MISSING);
        } else if is_there && !object.is_shared {
            self.add(at, problem::OPTIONAL);
        }
    }

    /// Compares a field whose keys are part of the surrounding object.
    const fn flattened(
        &mut self,
        place: usize,
        whole: &'static ObjectShape,
        field: &'static FieldShape,
        is_shared: bool,
        missing: usize,
    ) {
        match &field.shape {
            Shape::Object(inner) => self.fields(place, whole, inner, 0, is_shared, missing),
            // The type may be a struct, which reads keys, or a map, which reads values.
            Shape::Unknown => {
                self.unknown_keys(place, missing);
                if let Some(values) = self.file.place(place).values {
                    self.unknown_value(values);
                }
            }
            shape => {
                self.values(
                    place,
                    Some(whole),
                    Expected::of(shape.item(), rules_of_items(field.rules), field.coercion, false, false),
                );
            }
        }
    }

    /// Compares the fields of a struct, finding them by key.
    const fn fields(
        &mut self,
        place: usize,
        whole: &'static ObjectShape,
        part: &'static ObjectShape,
        tags: usize,
        is_shared: bool,
        missing: usize,
    ) {
        let mut at = tags;
        while at < part.fields.len() {
            let field = &part.fields[at];
            match field.placement {
                Placement::Flattened => self.flattened(place, whole, field, is_shared, missing),
                Placement::Keyed => self.keyed(place, field, is_shared, missing),
            }
            at += 1;
        }
    }

    const fn keyed(&mut self, place: usize, field: &'static FieldShape, is_shared: bool, missing: usize) {
        let mut is_there = None;
        let mut key = 0;
        while key < field.keys.len() {
            if let Some(found) = self.file.key(place, field.keys[key]) {
                is_there = Some(found);
                self.value(found, Expected::of_field(field));
            }
            key += 1;
        }
        if !field.is_required() || self.requires(place, field.keys) {
            return;
        }
        match is_there {
            None if self.file.place(place).are_all_keys => self.add(missing, problem::MISSING),
            Some(found) if !is_shared => self.add(found, problem::OPTIONAL),
            _ => {}
        }
    }

    /// Whether the file requires one of these spellings of a key.
    const fn requires(&self, place: usize, keys: &[&str]) -> bool {
        let Span(mut at, end) = self.file.place(place).required;
        while at < end {
            let group = self.file.required[at];
            let (mut key, mut all) = (0, true);
            while key < group.len() {
                all = all && contains(keys, group[key]);
                key += 1;
            }
            if all {
                return true;
            }
            at += 1;
        }
        false
    }

    /// Compares one value.
    const fn value(&mut self, at: usize, expected: Expected) {
        let kinds = self.file.kinds(at);
        let read = read_by(expected.shape, expected.coercion);
        let some = kinds.without(Kinds::NULL);
        // Fast path: most places have only a kind, which the type accepts.
        if !self.file.is_detailed(at) && !kinds.has(Kinds::NULL) && !read.and(some).is_none() {
            return;
        }
        let may_be_anything = kinds.has(Kinds::ALL);
        if read.and(some).is_none() && !(some.is_none() && expected.may_be_null) {
            if may_be_anything && expected.is_unknown() {
                return self.unknown(at);
            }
            self.add(at, problem::KINDS);
            if !expected.is_unknown() {
                return;
            }
        }
        if kinds.has(Kinds::NULL) && !may_be_anything && !expected.may_be_null {
            self.add(at, problem::NULL);
        }
        if expected.is_unknown() {
            return self.unknown(at);
        }
        let place = self.file.place(at);
        self.constants(place, expected);
        self.range(at, place, expected);
        self.inside(at, place, expected);
    }

    /// Adds every problem that some type could have with a value and its parts.
    const fn unknown(&mut self, at: usize) {
        let place = self.file.place(at);
        if let Some(Span(mut constant, end)) = place.constants {
            while constant < end {
                if !matches!(self.file.constants[constant], Constant::Null) {
                    self.add(self.file.kinds.len() + constant, problem::CONSTANT);
                }
                constant += 1;
            }
        }
        if place.minimum.is_some() || place.maximum.is_some() {
            self.add(at, problem::RANGE);
        }
        let inside = [place.items, place.values, place.content];
        let mut part = 0;
        while part < inside.len() {
            if let Some(inner) = inside[part] {
                self.unknown_value(inner);
            }
            part += 1;
        }
        let Span(mut variant, end) = place.variants;
        while variant < end {
            self.unknown(variant);
            variant += 1;
        }
        if place.kinds.has(Kinds::OBJECT) {
            self.unknown_keys(at, at);
            if !place.variants.is_empty() || place.are_all_keys {
                self.add(at, problem::TAG);
            }
        }
    }

    const fn unknown_value(&mut self, at: usize) {
        self.value(
            at,
            Expected { shape: &Shape::Unknown, rules: &[], coercion: Coercion::FromString, may_be_null: false },
        );
    }

    const fn unknown_keys(&mut self, at: usize, missing: usize) {
        let place = self.file.place(at);
        if place.are_all_keys {
            self.add(missing, problem::MISSING);
        }
        let Span(mut key, end) = place.keys;
        while key < end {
            self.unknown_value(key);
            let problem = if self.requires(at, &[self.file.keys[key]]) { problem::UNREAD } else { problem::OPTIONAL };
            self.add(key, problem);
            key += 1;
        }
    }

    /// Compares the constants of a place. A type without listed names must accept at least one of them.
    const fn constants(&mut self, place: Place, expected: Expected) {
        let Some(Span(start, end)) = place.constants else { return };
        let (mut at, mut read) = (start, 0);
        while at < end {
            if expected.reads(self.file.constants[at]) {
                read += 1;
            }
            at += 1;
        }
        if read > 0 && expected.names().is_none() {
            return;
        }
        at = start;
        while at < end {
            if !expected.reads(self.file.constants[at]) {
                self.add(self.file.kinds.len() + at, problem::CONSTANT);
            }
            at += 1;
        }
    }

    /// Compares the constants of a place with a type's listed names. Each must be among them.
    const fn listed(&mut self, place: Place, names: &[&str]) {
        let Some(Span(mut at, end)) = place.constants else { return };
        while at < end {
            let is_read = match self.file.constants[at] {
                // Reported as `NULL` at the place.
                Constant::Null => true,
                Constant::Text(text) => contains(names, text),
                _ => false,
            };
            if !is_read {
                self.add(self.file.kinds.len() + at, problem::CONSTANT);
            }
            at += 1;
        }
    }

    /// Compares the numeric ranges, unless the file also allows strings.
    const fn range(&mut self, at: usize, place: Place, expected: Expected) {
        let Shape::Integer { min, max, .. } = expected.shape else { return };
        if place.kinds.has(Kinds::STRING) {
            return;
        }
        let (min, max) = narrowed(*min, *max, expected.rules);
        let is_above = matches!(place.minimum, Some(least) if max.is_below(Integer::Signed(least)));
        let is_below = matches!(place.maximum, Some(most) if Integer::Signed(most).is_below(min));
        if is_above || is_below {
            self.add(at, problem::RANGE);
        }
    }

    const fn inside(&mut self, at: usize, place: Place, expected: Expected) {
        match expected.shape {
            Shape::Array(item) | Shape::Set(item) => {
                if let Some(items) = place.items {
                    self.value(items, expected.inside(item));
                }
            }
            Shape::Tuple(shapes) => {
                let mut at = 0;
                while let Some(items) = place.items
                    && at < shapes.len()
                {
                    self.value(items, expected.inside(&shapes[at]));
                    at += 1;
                }
            }
            Shape::Embedded(inner) => {
                if let Some(content) = place.content {
                    self.value(content, Expected::of(inner, &[], expected.coercion, false, false));
                }
            }
            Shape::Map { item, .. } => self.values(at, None, expected.inside(item)),
            Shape::Object(object) => {
                self.fields(at, object, object, 0, false, at);
                self.unread(at, object);
            }
            Shape::Tagged(tagged) => self.tagged(at, tagged),
            _ => {}
        }
    }

    /// Compares the values of a map, except under keys that the object's fields read.
    const fn values(&mut self, at: usize, others: Option<&'static ObjectShape>, expected: Expected) {
        let place = self.file.place(at);
        if let Some(values) = place.values {
            self.value(values, expected);
        }
        let Span(mut key, end) = place.keys;
        while key < end {
            let is_read = match others {
                Some(object) => reads(object, self.file.keys[key]),
                None => false,
            };
            if !is_read {
                self.value(key, expected);
            }
            key += 1;
        }
    }

    /// Finds keys that the file requires and `deny_unknown_fields` refuses.
    const fn unread(&mut self, at: usize, object: &'static ObjectShape) {
        if matches!(object.unknown, Unknown::Ignored) || object.rest().is_some() {
            return;
        }
        let Span(mut key, end) = self.file.place(at).keys;
        while key < end {
            let name = self.file.keys[key];
            if !reads(object, name) && self.requires(at, &[name]) {
                self.add(key, problem::UNREAD);
            }
            key += 1;
        }
    }

    /// Compares an enum in a field: each variant with the alternatives whose tag has its name.
    const fn tagged(&mut self, at: usize, tagged: &'static crate::shape::TaggedShape) {
        let place = self.file.place(at);
        let Span(mut alternative, end) = if place.variants.is_empty() { Span(at, at + 1) } else { place.variants };
        let is_alone = !place.variants.is_empty();
        while alternative < end {
            self.alternative(alternative, tagged, is_alone);
            alternative += 1;
        }
    }

    const fn alternative(&mut self, at: usize, tagged: &'static crate::shape::TaggedShape, is_alone: bool) {
        let Some(tag) = self.file.key(at, tagged.tag) else {
            if self.file.place(at).are_all_keys {
                self.add(at, problem::TAG);
            }
            return;
        };
        self.tag(at, tag, tagged);
        let (mut variant, mut described) = (0, 0);
        while variant < tagged.names.len() {
            described += self.may_be(tag, tagged.names[variant]) as usize;
            variant += 1;
        }
        variant = 0;
        while variant < tagged.names.len() {
            if self.may_be(tag, tagged.names[variant]) {
                let object = &tagged.variants[variant];
                self.fields(at, object, object, 1, !is_alone || described > 1, at);
                self.unread(at, object);
            }
            variant += 1;
        }
    }

    /// Compares the tag: it must be a string, always present, and one of the variants' names.
    const fn tag(&mut self, at: usize, tag: usize, tagged: &'static crate::shape::TaggedShape) {
        let place = self.file.place(tag);
        if !place.kinds.has(Kinds::STRING) {
            self.add(tag, problem::KINDS);
            return;
        }
        if place.kinds.has(Kinds::NULL) && !place.kinds.has(Kinds::ALL) {
            self.add(tag, problem::NULL);
        }
        if !self.requires(at, &[tagged.tag]) {
            self.add(tag, problem::OPTIONAL);
        }
        self.listed(place, tagged.names);
    }

    /// Whether the constants of a place allow a text.
    const fn may_be(&self, at: usize, text: &str) -> bool {
        let Some(Span(mut constant, end)) = self.file.place(at).constants else { return true };
        while constant < end {
            if let Constant::Text(other) = self.file.constants[constant]
                && same(other, text)
            {
                return true;
            }
            constant += 1;
        }
        false
    }
}

/// The kinds that a shape accepts.
const fn read_by(shape: &Shape, coercion: Coercion) -> Kinds {
    let text = match coercion {
        Coercion::FromString | Coercion::Lenient => Kinds::STRING,
        Coercion::None => Kinds::NONE,
    };
    match shape {
        Shape::Parsed(_, FromNumber::Read) => Kinds::STRING.or(Kinds::INTEGER),
        Shape::String
        | Shape::Duration
        | Shape::Parsed(..)
        | Shape::Bytes(_)
        | Shape::Embedded(_)
        | Shape::Names(_) => Kinds::STRING,
        Shape::Integer { .. } => Kinds::INTEGER.or(text),
        Shape::Float(_) => Kinds::NUMBER.or(text),
        Shape::Boolean => Kinds::BOOLEAN.or(text),
        Shape::Any => Kinds::ALL,
        Shape::Array(_) | Shape::Set(_) | Shape::Tuple(_) => Kinds::ARRAY,
        Shape::Map { .. } | Shape::Object(_) | Shape::Tagged(_) => Kinds::OBJECT,
        Shape::Optional(inner) => read_by(inner, coercion).or(Kinds::NULL),
        Shape::Newtype(field) => read_by(&field.shape, field.coercion),
        Shape::Variants(variants) => read_by_variants(variants),
        Shape::Unknown => Kinds::NONE,
    }
}

/// Compares only the kinds of a variant's content, not the content itself.
const fn read_by_variants(variants: &VariantsShape) -> Kinds {
    let (mut kinds, mut at) = (Kinds::NONE, 0);
    while at < variants.contents.len() {
        kinds = kinds.or(match (&variants.contents[at], variants.telling) {
            (None, _) => Kinds::STRING,
            (Some(_), Telling::Name) => Kinds::OBJECT,
            (Some(content), Telling::Content) => read_by(content, Coercion::FromString),
        });
        at += 1;
    }
    kinds
}

/// Whether a field of this object, or of a struct flattened into it, reads a key.
pub(crate) const fn reads(object: &ObjectShape, key: &str) -> bool {
    let mut at = 0;
    while at < object.fields.len() {
        let field = &object.fields[at];
        let is_read = match (field.placement, &field.shape) {
            (Placement::Flattened, Shape::Object(inner)) => reads(inner, key),
            // It may read any key.
            (Placement::Flattened, Shape::Unknown) => true,
            (Placement::Flattened, _) => false,
            (Placement::Keyed, _) => contains(field.keys, key),
        };
        if is_read {
            return true;
        }
        at += 1;
    }
    false
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut at = 0;
    while at < names.len() {
        if same(names[at], name) {
            return true;
        }
        at += 1;
    }
    false
}

/// The integer that a string spells, parsed as in secrets.
const fn spelled(text: &str) -> Option<Integer> {
    let bytes = text.as_bytes();
    let is_negative = matches!(bytes, [b'-', ..]);
    let mut at = is_negative as usize;
    let is_plain = match bytes.len() - at {
        0 => false,
        1 => true,
        length => length <= 38 && bytes[at] != b'0',
    };
    if !is_plain {
        return None;
    }
    let mut value = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            return None;
        }
        value = value * 10 + (bytes[at] - b'0') as i128;
        at += 1;
    }
    Some(Integer::Signed(if is_negative { -value } else { value }))
}
