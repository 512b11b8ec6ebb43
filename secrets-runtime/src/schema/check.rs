//! Compares what a type reads with what a JSON Schema file says.
//!
//! It finds what cannot work: a file that allows more than the type reads is no problem by itself.

use super::constants::{Judge, Tally};
use super::file::{DEEPEST, SchemaFile};
use super::json_schema::{is_optional, is_required, narrowed, rest};
use super::kinds::Kinds;
use super::near::is_near;
use super::problem::{Problem, Step, What};
use super::reader::Kind;
use super::{Absence, Coercion, FieldShape, ObjectShape, Placement, Rule, Shape, Unknown, rules_of_items};

/// How deep types are compared. Compilers do not follow much more than a hundred calls.
pub(super) const DEEPEST_TYPE: usize = 12;

/// What is read at one place of a secret.
#[derive(Debug, Clone, Copy)]
struct Expected {
    judge: Judge,
    may_be_null: bool,
}

/// Whether the keys that a type requires have to be required by the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Judged,
    /// The schema is that of several variants at once.
    Open,
}

impl Expected {
    const fn of_field(field: &'static FieldShape) -> Self {
        let may_be_null = matches!(field.absence, Absence::Default) || is_optional(&field.shape);
        let judge = Judge { shape: field.shape, rules: field.rules, coercion: field.coercion };
        Self { judge, may_be_null }.unwrapped()
    }

    const fn of_item(shape: &Shape, rules: &'static [Rule], coercion: Coercion) -> Self {
        let judge = Judge { shape: *shape, rules: rules_of_items(rules), coercion };
        Self { judge, may_be_null: is_optional(shape) }.unwrapped()
    }

    /// Without what has no JSON of its own.
    const fn unwrapped(self) -> Self {
        let Self { judge: Judge { mut shape, mut rules, mut coercion }, may_be_null } = self;
        loop {
            match shape {
                Shape::Optional(inner) => shape = *inner,
                Shape::Newtype(field) => {
                    shape = field.shape;
                    rules = field.rules;
                    coercion = field.coercion;
                }
                _ => return Self { judge: Judge { shape, rules, coercion }, may_be_null },
            }
        }
    }
}

impl SchemaFile<'_> {
    /// Compares a field of a struct.
    pub(super) const fn field_of_struct(&self, object: &'static ObjectShape, field: usize) -> Option<Problem> {
        self.field(0, object, &object.fields[field], Presence::Judged, DEEPEST_TYPE)
    }

    /// Compares what concerns no field.
    pub(super) const fn whole(&self, shape: &'static Shape) -> Option<Problem> {
        if !self.kinds(0, DEEPEST).has(Kinds::OBJECT) {
            return Some(Problem::of(What::Kinds { expected: Kinds::OBJECT, found: self.kinds(0, DEEPEST) }));
        }
        match shape {
            Shape::Object(object) => self.unread(0, object, DEEPEST),
            Shape::Tagged(tagged) => self.tag(0, tagged),
            _ => None,
        }
    }

    /// Compares a value.
    const fn compare(&self, at: usize, expected: Expected, depth: usize) -> Option<Problem> {
        let Expected { judge, may_be_null } = expected;
        let allowed = self.kinds(at, DEEPEST);
        let (read, some) = (Kinds::read_by(&judge.shape, judge.coercion), allowed.without_null());
        if read.and(some).is_none() && !(some.is_none() && may_be_null) {
            return Some(Problem::of(What::Kinds { expected: read, found: allowed }));
        }
        if allowed.has(Kinds::NULL) && !allowed.is_all() && !may_be_null {
            return Some(Problem::of(What::Nullable));
        }
        // It says nothing of constants, of ranges and of what is inside.
        if self.is_type_alone(at) {
            return None;
        }
        if let Tally::Listed { read, refused: Some(constant) } = judge.tally(self, at, DEEPEST)
            && (read == 0 || judge.lists().is_some())
        {
            return Some(Problem::of(What::Constant { at: constant, listed: judge.lists() }));
        }
        let problem = self.range(at, judge);
        if problem.is_some() || depth == 0 {
            return problem;
        }
        self.inside(at, judge, depth)
    }

    /// What is in a value.
    const fn inside(&self, at: usize, judge: Judge, depth: usize) -> Option<Problem> {
        let Judge { shape, rules, coercion } = judge;
        match shape {
            Shape::Array(item) => {
                if let Some(items) = self.keyword(at, "items", DEEPEST)
                    && let Some(problem) = self.compare(items, Expected::of_item(item, rules, coercion), depth - 1)
                {
                    return Some(problem.under(Step::Items));
                }
                None
            }
            Shape::Map(item) => self.values(at, None, Expected::of_item(item, rules, coercion), depth),
            Shape::Embedded(inner) => match self.keyword(at, "contentSchema", DEEPEST) {
                Some(content) => self.compare(content, Expected::of_item(inner, &[], coercion), depth - 1),
                None => None,
            },
            Shape::Object(object) => {
                let problem = self.fields(at, object, object, Presence::Judged, depth - 1);
                if problem.is_some() { problem } else { self.unread(at, object, DEEPEST) }
            }
            Shape::Tagged(tagged) => self.variants(at, tagged, depth - 1),
            _ => None,
        }
    }

    /// The values of a map, but for the keys that the fields of an object read.
    const fn values(
        &self,
        at: usize,
        others: Option<&'static ObjectShape>,
        expected: Expected,
        depth: usize,
    ) -> Option<Problem> {
        if let Some(rest) = self.keyword(at, "additionalProperties", DEEPEST)
            && matches!(self.kind(rest), Kind::Object)
            && let Some(problem) = self.compare(rest, expected, depth - 1)
        {
            return Some(problem.under(Step::Values));
        }
        let Some(properties) = self.keyword(at, "properties", DEEPEST) else { return None };
        let mut property = self.first(properties);
        while let Some(found) = property {
            let is_read = match others {
                Some(object) => object.spells_a_key(self.key(found)),
                None => false,
            };
            if !is_read && let Some(problem) = self.compare(found, expected, depth - 1) {
                return Some(problem.under(Step::Found(found)));
            }
            property = self.after(found, properties);
        }
        None
    }

    const fn fields(
        &self,
        at: usize,
        whole: &'static ObjectShape,
        part: &'static ObjectShape,
        presence: Presence,
        depth: usize,
    ) -> Option<Problem> {
        let mut index = 0;
        while index < part.fields.len() {
            let problem = self.field(at, whole, &part.fields[index], presence, depth);
            if problem.is_some() {
                return problem;
            }
            index += 1;
        }
        None
    }

    pub(super) const fn field(
        &self,
        at: usize,
        whole: &'static ObjectShape,
        field: &'static FieldShape,
        presence: Presence,
        depth: usize,
    ) -> Option<Problem> {
        match (field.placement, &field.shape) {
            (Placement::Flattened, Shape::Object(inner)) if depth > 0 => {
                return self.fields(at, whole, inner, presence, depth - 1);
            }
            (Placement::Flattened, shape) if depth > 0 => {
                let expected = Expected::of_item(shape.item(), field.rules, field.coercion);
                return self.values(at, Some(whole), expected, depth);
            }
            (Placement::Flattened, _) => return None,
            (Placement::Keyed, _) => {}
        }
        let (mut key, mut there) = (0, None);
        while key < field.keys.len() {
            if let Some(property) = self.property(at, field.keys[key], DEEPEST) {
                there = Some(field.keys[key]);
                if let Some(problem) = self.compare(property, Expected::of_field(field), depth) {
                    return Some(problem.under(Step::Key(field.keys[key])));
                }
            }
            key += 1;
        }
        match there {
            _ if self.requires(at, field.keys, DEEPEST) => None,
            None => self.missing(at, whole, field, presence),
            Some(key) if is_required(field) && matches!(presence, Presence::Judged) => {
                Some(Problem::of(What::Optional).under(Step::Key(key)))
            }
            Some(_) => None,
        }
    }

    /// A key that the file does not have: a problem if it is required, or if another was meant.
    const fn missing(
        &self,
        at: usize,
        whole: &'static ObjectShape,
        field: &'static FieldShape,
        presence: Presence,
    ) -> Option<Problem> {
        if !self.names_keys(at) {
            return None;
        }
        let near = self.near(at, whole, field.keys, DEEPEST);
        let is_meant = near.is_some() && matches!(presence, Presence::Judged);
        if !is_required(field) && !is_meant {
            return None;
        }
        Some(Problem::of(What::Missing { key: field.keys[0], near, is_tag: false }))
    }

    /// Whether the file names all keys that there are.
    pub(super) const fn names_keys(&self, at: usize) -> bool {
        self.mentions(at, "properties", DEEPEST) && !self.mentions(at, "patternProperties", DEEPEST)
    }

    /// A key of the file that nobody reads and that may be the one that is meant.
    pub(super) const fn near(
        &self,
        at: usize,
        whole: &'static ObjectShape,
        keys: &[&str],
        depth: usize,
    ) -> Option<usize> {
        if let Some(properties) = self.member(at, "properties") {
            let mut property = self.first(properties);
            while let Some(found) = property {
                let mut key = 0;
                while key < keys.len() {
                    let name = self.key(found);
                    if is_near(name, keys[key].as_bytes()) && !whole.spells_a_key(name) {
                        return property;
                    }
                    key += 1;
                }
                property = self.after(found, properties);
            }
        }
        let mut index = 0;
        while depth > 0
            && let Some(schema) = self.branch(at, index)
        {
            let near = self.near(schema, whole, keys, depth - 1);
            if near.is_some() {
                return near;
            }
            index += 1;
        }
        None
    }

    /// Keys that the file requires and that `deny_unknown_fields` refuses.
    pub(super) const fn unread(&self, at: usize, object: &'static ObjectShape, depth: usize) -> Option<Problem> {
        if matches!(object.unknown, Unknown::Ignored) || rest(object).is_some() {
            return None;
        }
        if let Some(required) = self.member(at, "required") {
            let mut key = self.first(required);
            while let Some(found) = key {
                let name = self.value(found);
                if !object.spells_a_key(name) && !self.is_meant(at, object, name) {
                    return Some(Problem::of(What::Unread { at: found }));
                }
                key = self.after(found, required);
            }
        }
        let mut index = 0;
        while depth > 0
            && let Some(schema) = self.also(at, index)
        {
            let problem = self.unread(schema, object, depth - 1);
            if problem.is_some() {
                return problem;
            }
            index += 1;
        }
        None
    }

    /// Whether a key is told of already, by the field that it is a near miss of.
    const fn is_meant(&self, at: usize, object: &'static ObjectShape, name: &[u8]) -> bool {
        let mut field = 0;
        while field < object.fields.len() {
            let keys = object.fields[field].keys;
            let mut key = 0;
            while key < keys.len() {
                if is_near(name, keys[key].as_bytes()) && self.property(at, keys[key], DEEPEST).is_none() {
                    return true;
                }
                key += 1;
            }
            field += 1;
        }
        false
    }

    /// The numbers that both allow, where the schema allows no text.
    const fn range(&self, at: usize, judge: Judge) -> Option<Problem> {
        let Shape::Integer { min, max } = judge.shape else { return None };
        if self.kinds(at, DEEPEST).has(Kinds::STRING) {
            return None;
        }
        let (min, max) = narrowed(min, max, judge.rules);
        let (low, high) = (self.keyword(at, "minimum", DEEPEST), self.keyword(at, "maximum", DEEPEST));
        if let Some(low) = low
            && let Some(least) = self.integer(low)
            && least > max
        {
            return Some(Problem::of(What::Range { min, max, end: "at least ", at: low }));
        }
        if let Some(high) = high
            && let Some(most) = self.integer(high)
            && most < min
        {
            return Some(Problem::of(What::Range { min, max, end: "at most ", at: high }));
        }
        None
    }
}
