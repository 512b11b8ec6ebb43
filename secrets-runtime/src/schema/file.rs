//! What a JSON Schema file says, as far as it is understood. Numbers stand for values, as places of the table; the first is
//! the whole.
//!
//! A schema also says what the schemas say that `$ref` and `allOf` name. Where it names several with `anyOf` or `oneOf`, it
//! says what they have in common. The rest is not judged.

use super::kinds::Kinds;
use super::reader::{ESCAPED, Keys, Kind, Node, NotJson, Span, TYPE, head_of, read};
use super::spelling::{is, spells};

/// How many schemas are followed one from another.
pub(super) const DEEPEST: usize = 6;

/// A JSON Schema file of the package.
#[derive(Debug, Clone, Copy)]
pub(super) struct SchemaFile<'f> {
    /// Relative to the package.
    pub(super) path: &'f str,
    pub(super) text: &'f str,
    pub(super) nodes: &'f [Node],
    /// Members of the whole that each field is looked up in.
    pub(super) properties: Option<usize>,
    pub(super) required: Option<usize>,
    pub(super) error: Option<NotJson>,
}

impl<'f> SchemaFile<'f> {
    /// The file at `path` of the package, whose values `nodes` has room for.
    pub(super) const fn read(path: &'f str, text: &'f str, nodes: &'f mut [Node]) -> Self {
        let error = read(text, nodes);
        let file = Self { path, text, nodes, properties: None, required: None, error };
        match error {
            None => Self { properties: file.member(0, "properties"), required: file.member(0, "required"), ..file },
            Some(_) => file,
        }
    }

    pub(super) const fn kind(&self, at: usize) -> Kind {
        self.nodes[at].kind
    }

    const fn is_object(&self, at: usize) -> bool {
        matches!(self.nodes[at].kind, Kind::Object)
    }

    /// Whether it says nothing but its `type`, as most properties do.
    pub(super) const fn is_type_alone(&self, at: usize) -> bool {
        self.is_object(at) && matches!(self.nodes[at].keys, Keys::TypeAlone)
    }

    const fn names_schemas(&self, at: usize) -> bool {
        self.is_object(at) && matches!(self.nodes[at].keys, Keys::NamesSchemas)
    }

    const fn next(&self, at: usize) -> usize {
        self.nodes[at].next as usize
    }

    const fn bytes(&self, span: Span) -> &'f [u8] {
        self.text.as_bytes().split_at(span.end as usize).0.split_at(span.start as usize).1
    }

    pub(super) const fn value(&self, at: usize) -> &'f [u8] {
        self.bytes(self.nodes[at].text)
    }

    pub(super) const fn key(&self, at: usize) -> &'f [u8] {
        self.bytes(self.nodes[at].key)
    }

    /// Whether a string spells a name of this head.
    pub(super) const fn is_named(&self, found: Span, name: &str, head: u128) -> bool {
        if found.head != head {
            return found.head == ESCAPED && spells(self.bytes(found), name);
        }
        found.end - found.start < 16 || is(self.bytes(found), name.as_bytes())
    }

    /// Whether the text of a string is a name.
    pub(super) const fn is(&self, at: usize, name: &str) -> bool {
        self.is_named(self.nodes[at].text, name, head_of(name))
    }

    /// The head of a string's text.
    pub(super) const fn head(&self, at: usize) -> u128 {
        self.nodes[at].text.head
    }

    /// The first value in an object or array.
    pub(super) const fn first(&self, at: usize) -> Option<usize> {
        if self.next(at) > at + 1 { Some(at + 1) } else { None }
    }

    /// The value after `item` in `container`.
    pub(super) const fn after(&self, item: usize, container: usize) -> Option<usize> {
        let next = self.next(item);
        if next < self.next(container) { Some(next) } else { None }
    }

    pub(super) const fn item(&self, at: usize, index: usize) -> Option<usize> {
        let mut item = self.first(at);
        let mut count = 0;
        while let Some(found) = item {
            if count == index {
                return item;
            }
            count += 1;
            item = self.after(found, at);
        }
        None
    }

    /// The member of an object.
    pub(super) const fn member(&self, at: usize, name: &str) -> Option<usize> {
        self.member_of_head(at, name, head_of(name))
    }

    pub(super) const fn member_of_head(&self, at: usize, name: &str, head: u128) -> Option<usize> {
        if !self.is_object(at) {
            return None;
        }
        let nodes = self.nodes;
        let (mut member, end) = (at + 1, nodes[at].next as usize);
        while member < end {
            let found = nodes[member].key.head;
            if (found == head || found == ESCAPED) && self.is_named(nodes[member].key, name, head) {
                return Some(member);
            }
            member = nodes[member].next as usize;
        }
        None
    }

    /// A member that is an array.
    const fn list(&self, at: usize, name: &str) -> Option<usize> {
        match self.member(at, name) {
            Some(list) if matches!(self.kind(list), Kind::Array) => Some(list),
            _ => None,
        }
    }

    /// The schemas of which one holds.
    pub(super) const fn alternatives(&self, at: usize) -> Option<usize> {
        if !self.names_schemas(at) {
            return None;
        }
        match self.list(at, "anyOf") {
            None => self.list(at, "oneOf"),
            list => list,
        }
    }

    /// The schemas that hold as well: what `$ref` points at, what is in `allOf`, and the one alternative that is not `null`.
    pub(super) const fn also(&self, at: usize, index: usize) -> Option<usize> {
        if !self.names_schemas(at) {
            return None;
        }
        let mut count = 0;
        while self.conjunct(at, count).is_some() {
            count += 1;
        }
        if index < count {
            return self.conjunct(at, index);
        }
        if index == count { self.only_alternative(at) } else { None }
    }

    /// What `$ref` points at, then what is in `allOf`.
    const fn conjunct(&self, at: usize, index: usize) -> Option<usize> {
        if !self.names_schemas(at) {
            return None;
        }
        let target = self.target(at);
        match (target, self.list(at, "allOf")) {
            (Some(_), _) if index == 0 => target,
            (_, None) => None,
            (Some(_), Some(list)) => self.item(list, index - 1),
            (None, Some(list)) => self.item(list, index),
        }
    }

    pub(super) const fn only_alternative(&self, at: usize) -> Option<usize> {
        let Some(list) = self.alternatives(at) else { return None };
        let mut only = None;
        let mut item = self.first(list);
        while let Some(found) = item {
            if !self.is_null(found) {
                if only.is_some() {
                    return None;
                }
                only = item;
            }
            item = self.after(found, list);
        }
        only
    }

    /// `{"type": "null"}`
    pub(super) const fn is_null(&self, at: usize) -> bool {
        match self.member(at, "type") {
            Some(kind) => self.is(kind, "null"),
            None => false,
        }
    }

    /// What a `$ref` within the file points at.
    const fn target(&self, at: usize) -> Option<usize> {
        let Some(reference) = self.member(at, "$ref") else { return None };
        let [b'#', rest @ ..] = self.value(reference) else { return None };
        let (mut rest, mut target) = (rest, 0);
        while let [b'/', after @ ..] = rest {
            let length = until_slash(after);
            let (name, others) = after.split_at(length);
            match self.pointed_at(target, name) {
                Some(member) => target = member,
                None => return None,
            }
            rest = others;
        }
        if rest.is_empty() { Some(target) } else { None }
    }

    const fn pointed_at(&self, at: usize, name: &[u8]) -> Option<usize> {
        if !matches!(self.kind(at), Kind::Object) {
            return None;
        }
        let mut member = self.first(at);
        while let Some(found) = member {
            if is(self.key(found), name) {
                return member;
            }
            member = self.after(found, at);
        }
        None
    }

    /// The schema of a key.
    pub(super) const fn property(&self, at: usize, key: &str, depth: usize) -> Option<usize> {
        if depth == 0 {
            return None;
        }
        let properties = if at == 0 { self.properties } else { self.member(at, "properties") };
        if let Some(properties) = properties
            && let Some(property) = self.member(properties, key)
        {
            return Some(property);
        }
        let mut index = 0;
        while let Some(schema) = self.branch(at, index) {
            if let Some(property) = self.property(schema, key, depth - 1) {
                return Some(property);
            }
            index += 1;
        }
        None
    }

    /// The schemas that hold as well, then the alternatives.
    pub(super) const fn branch(&self, at: usize, index: usize) -> Option<usize> {
        if !self.names_schemas(at) {
            return None;
        }
        let mut count = 0;
        while self.also(at, count).is_some() {
            count += 1;
        }
        match self.alternatives(at) {
            _ if index < count => self.also(at, index),
            Some(list) if self.only_alternative(at).is_none() => self.item(list, index - count),
            _ => None,
        }
    }

    /// What a keyword says, in this schema or in those that hold as well.
    pub(super) const fn keyword(&self, at: usize, name: &str, depth: usize) -> Option<usize> {
        let own = self.member(at, name);
        if own.is_some() || depth == 0 {
            return own;
        }
        let mut index = 0;
        while let Some(schema) = self.also(at, index) {
            let found = self.keyword(schema, name, depth - 1);
            if found.is_some() {
                return found;
            }
            index += 1;
        }
        None
    }

    /// Whether a keyword stands anywhere in a schema, its alternatives included.
    pub(super) const fn mentions(&self, at: usize, name: &str, depth: usize) -> bool {
        if self.member(at, name).is_some() {
            return true;
        }
        let mut index = 0;
        while depth > 0
            && let Some(schema) = self.branch(at, index)
        {
            if self.mentions(schema, name, depth - 1) {
                return true;
            }
            index += 1;
        }
        false
    }

    /// Whether one of these spellings of a key must be there.
    pub(super) const fn requires(&self, at: usize, keys: &[&str], depth: usize) -> bool {
        let required = if at == 0 { self.required } else { self.member(at, "required") };
        if let Some(required) = required
            && matches!(self.kind(required), Kind::Array)
            && self.lists_one(required, keys)
        {
            return true;
        }
        if depth == 0 {
            return false;
        }
        let mut index = 0;
        while let Some(schema) = self.also(at, index) {
            if self.requires(schema, keys, depth - 1) {
                return true;
            }
            index += 1;
        }
        let Some(list) = self.alternatives(at) else { return false };
        let mut item = self.first(list);
        let mut all = item.is_some();
        while let Some(found) = item {
            all = all && self.requires(found, keys, depth - 1);
            item = self.after(found, list);
        }
        all
    }

    const fn lists_one(&self, list: usize, names: &[&str]) -> bool {
        let mut name = 0;
        while name < names.len() {
            let (nodes, head) = (self.nodes, head_of(names[name]));
            let (mut item, end) = (list + 1, nodes[list].next as usize);
            while item < end {
                let found = nodes[item].text.head;
                if (found == head || found == ESCAPED) && self.is_named(nodes[item].text, names[name], head) {
                    return true;
                }
                item = nodes[item].next as usize;
            }
            name += 1;
        }
        false
    }

    /// The kinds of value that a schema allows.
    pub(super) const fn kinds(&self, at: usize, depth: usize) -> Kinds {
        if depth == 0 {
            return Kinds::ALL;
        }
        match self.kind(at) {
            Kind::False => return Kinds::NONE,
            Kind::Object => {}
            _ => return Kinds::ALL,
        }
        let mut kinds = self.own_kinds(at);
        if self.is_type_alone(at) {
            return kinds;
        }
        let mut index = 0;
        while let Some(schema) = self.conjunct(at, index) {
            kinds = kinds.and(self.kinds(schema, depth - 1));
            index += 1;
        }
        if let Some(list) = self.alternatives(at) {
            let mut item = self.first(list);
            let mut any = if item.is_some() { Kinds::NONE } else { Kinds::ALL };
            while let Some(found) = item {
                any = any.or(self.kinds(found, depth - 1));
                item = self.after(found, list);
            }
            kinds = kinds.and(any);
        }
        kinds
    }

    /// By `type`, `enum` and `const`.
    const fn own_kinds(&self, at: usize) -> Kinds {
        let mut kinds = Kinds::ALL;
        if let Some(types) = self.member_of_head(at, "type", TYPE) {
            kinds = match self.kind(types) {
                Kind::Array => {
                    let mut any = Kinds::NONE;
                    let mut item = self.first(types);
                    while let Some(found) = item {
                        any = any.or(Kinds::named(self, found));
                        item = self.after(found, types);
                    }
                    any
                }
                _ => Kinds::named(self, types),
            };
        }
        if self.is_type_alone(at) {
            return kinds;
        }
        if let Some(value) = self.member(at, "const") {
            kinds = kinds.and(self.kind_of(value));
        }
        if let Some(list) = self.list(at, "enum") {
            let mut any = Kinds::NONE;
            let mut item = self.first(list);
            while let Some(found) = item {
                any = any.or(self.kind_of(found));
                item = self.after(found, list);
            }
            kinds = kinds.and(any);
        }
        kinds
    }

    const fn kind_of(&self, at: usize) -> Kinds {
        match self.kind(at) {
            Kind::Object => Kinds::OBJECT,
            Kind::Array => Kinds::ARRAY,
            Kind::String => Kinds::STRING,
            Kind::Number => Kinds::NUMBER,
            Kind::True | Kind::False => Kinds::BOOLEAN,
            Kind::Null => Kinds::NULL,
        }
    }

    /// The integer that is written at a place; none if it is written otherwise.
    pub(super) const fn integer(&self, at: usize) -> Option<i128> {
        match self.kind(at) {
            Kind::Number => integer(self.value(at)),
            _ => None,
        }
    }
}

/// `-5`; none where there is anything but digits, or more than 38 of them.
pub(super) const fn integer(text: &[u8]) -> Option<i128> {
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        digits => (1, digits),
    };
    if digits.is_empty() || digits.len() > 38 {
        return None;
    }
    let (mut value, mut at) = (0, 0);
    while at < digits.len() {
        if !digits[at].is_ascii_digit() {
            return None;
        }
        value = value * 10 + (digits[at] - b'0') as i128;
        at += 1;
    }
    Some(sign * value)
}

const fn until_slash(text: &[u8]) -> usize {
    let mut at = 0;
    while at < text.len() && text[at] != b'/' {
        at += 1;
    }
    at
}
