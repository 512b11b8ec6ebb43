//! Reads a JSON Schema file and lays out what it says, as far as it is understood.
//!
//! A schema also says what the schemas say that `$ref` and `allOf` name, and the one alternative of `anyOf` or `oneOf` that is not
//! `null`. Where there are several alternatives, it says what they have in common. Other keywords are not judged: they can only
//! allow less.

use secrets_shape::fits::{Constant, FileObject, FileShape, Kinds, Place, Span};
use secrets_shape::number;
use serde_json::{Map, Value};

/// What a file says, its parts next to each other. The first place is the whole secret.
#[derive(Default)]
pub struct Layout<'v> {
    pub places: Vec<Place<'v>>,
    pub constants: Vec<Constant<'v>>,
    pub required: Vec<Vec<&'v str>>,
}

/// Where a file cannot be used, as a JSON pointer or in words, and why.
pub type Unusable = String;

/// Lays out a schema.
///
/// # Errors
/// What cannot be understood, which is more than what is not judged.
pub fn layout(schema: &Value) -> Result<Layout<'_>, Unusable> {
    let mut reader = Reader { root: schema, layout: Layout::default(), followed: Vec::new() };
    reader.layout.places.push(Place::of(Kinds::ALL));
    reader.place(0, schema)?;
    Ok(reader.layout)
}

impl<'v> Layout<'v> {
    /// The keys of an object in the file, and their places.
    pub fn keys(&self, place: usize) -> impl Iterator<Item = (usize, &'v str)> {
        let Span(start, end) = self.places[place].keys;
        (start..end).map(|at| (at, self.places[at].key))
    }

    /// Whether one of these spellings of a key must be there.
    pub fn requires(&self, place: usize, keys: &[String]) -> bool {
        let Span(start, end) = self.places[place].required;
        self.required[start..end].iter().any(|group| group.iter().all(|key| keys.iter().any(|other| other == key)))
    }

    /// The constants that a place lists.
    pub fn constants(&self, place: usize) -> Option<&[Constant<'v>]> {
        self.places[place].constants.map(|Span(start, end)| &self.constants[start..end])
    }

    /// Hands out the layout as data.
    pub fn with<R>(&self, objects: &[FileObject<'_>], does: impl FnOnce(&FileShape<'_>) -> R) -> R {
        let required: Vec<&[&str]> = self.required.iter().map(Vec::as_slice).collect();
        does(&FileShape { places: &self.places, constants: &self.constants, required: &required, objects })
    }
}

struct Reader<'v> {
    root: &'v Value,
    layout: Layout<'v>,
    /// The schemas that are being laid out, one in another: one that refers to itself ends here.
    followed: Vec<&'v Value>,
}

/// More than anybody wrote: a file whose references multiply.
const MOST_PLACES: usize = 50_000;
/// How many sets of required keys several alternatives are combined to.
const MOST_GROUPS: usize = 64;

impl<'v> Reader<'v> {
    fn place(&mut self, at: usize, schema: &'v Value) -> Result<(), Unusable> {
        if self.followed.iter().any(|followed| std::ptr::eq(*followed, schema)) {
            return Ok(());
        }
        if self.layout.places.len() > MOST_PLACES {
            return Err(format!("describes more than {MOST_PLACES} values"));
        }
        self.followed.push(schema);
        let described = self.described(at, schema);
        self.followed.pop();
        described
    }

    fn described(&mut self, at: usize, schema: &'v Value) -> Result<(), Unusable> {
        let all = self.conjuncts(schema)?;
        let key = self.layout.places[at].key;
        let mut place = Place { key, ..Place::of(self.kinds(schema, &mut Vec::new())?) };
        place.minimum = keyword(&all, "minimum").and_then(integer);
        place.maximum = keyword(&all, "maximum").and_then(integer);
        if let Some(constants) = self.listed(schema, &mut Vec::new())? {
            place.constants = Some(append(&mut self.layout.constants, constants.into_iter().map(constant)));
        }
        let required = self.groups(schema, &mut Vec::new())?;
        place.required = append(&mut self.layout.required, required);
        let branches = self.branches(schema)?;
        let mentions = |name: &str| branches.iter().any(|schema| schema.contains_key(name));
        place.are_all_keys = mentions("properties") && !mentions("patternProperties");
        let properties = properties(&branches);
        place.keys = self.reserve(properties.len())?;
        for (at, (key, _)) in (place.keys.0..).zip(&properties) {
            self.layout.places[at].key = key;
        }
        let variants = self.variants(schema)?;
        place.variants = self.reserve(variants.len())?;
        let parts = ["items", "additionalProperties", "contentSchema"]
            .map(|name| keyword(&all, name).filter(|part| part.is_object()));
        let [items, values, content] = parts;
        let part =
            |reader: &mut Self, part: Option<&Value>| part.map(|_| reader.reserve(1).map(|Span(at, _)| at)).transpose();
        (place.items, place.values, place.content) = (part(self, items)?, part(self, values)?, part(self, content)?);
        let inside = (place.keys.0..place.keys.1).zip(properties.iter().map(|(_, schema)| *schema));
        let inside = inside.chain((place.variants.0..place.variants.1).zip(variants));
        let inside = inside.chain(
            [place.items, place.values, place.content].into_iter().zip(parts).filter_map(|(at, part)| at.zip(part)),
        );
        let inside: Vec<(usize, &Value)> = inside.collect();
        self.layout.places[at] = place;
        inside.into_iter().try_for_each(|(at, schema)| self.place(at, schema))
    }

    fn reserve(&mut self, count: usize) -> Result<Span, Unusable> {
        let start = self.layout.places.len();
        if start + count > MOST_PLACES {
            return Err(format!("describes more than {MOST_PLACES} values"));
        }
        self.layout.places.resize(start + count, Place::of(Kinds::ALL));
        Ok(Span(start, start + count))
    }

    /// What `$ref` points at, then what is in `allOf`.
    fn named(&self, schema: &'v Map<String, Value>) -> Result<Vec<&'v Value>, Unusable> {
        for keyword in ["$dynamicRef", "$recursiveRef"] {
            if schema.contains_key(keyword) {
                return Err(format!("uses `{keyword}`, which is not followed: write a `$ref` within the file"));
            }
        }
        let mut named = Vec::new();
        if let Some(reference) = schema.get("$ref") {
            named.push(self.target(reference)?);
        }
        named.extend(list(schema, "allOf")?);
        Ok(named)
    }

    /// What a `$ref` within the file points at.
    fn target(&self, reference: &'v Value) -> Result<&'v Value, Unusable> {
        let Some(text) = reference.as_str() else {
            return Err(format!("has a `$ref` that is not a string: {reference}"));
        };
        let pointer = text.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        let Some(pointer) = pointer else {
            return Err(format!(
                "refers to {text:?}, and only references within the file are followed, such as \"#/$defs/host\": \
                 copy what is meant into `$defs`"
            ));
        };
        self.root.pointer(pointer).ok_or_else(|| format!("refers to {text:?}, which is not in it"))
    }

    /// This schema, and all that hold as well, with the one alternative that is not `null`.
    fn conjuncts(&self, schema: &'v Value) -> Result<Vec<&'v Map<String, Value>>, Unusable> {
        let (mut all, mut rest) = (Vec::<&Map<String, Value>>::new(), vec![schema]);
        while let Some(schema) = rest.pop() {
            let Some(members) = schema.as_object() else { continue };
            if all.iter().any(|other| std::ptr::eq(*other, members)) {
                continue;
            }
            all.push(members);
            let alternatives = alternatives(members)?.filter(|alternatives| alternatives.len() == 1);
            let also = self.named(members)?.into_iter().chain(alternatives.into_iter().flatten());
            rest.extend(also.collect::<Vec<_>>().into_iter().rev());
        }
        Ok(all)
    }

    /// As [`conjuncts`](Self::conjuncts), and all alternatives.
    fn branches(&self, schema: &'v Value) -> Result<Vec<&'v Map<String, Value>>, Unusable> {
        let (mut all, mut rest) = (Vec::<&Map<String, Value>>::new(), vec![schema]);
        while let Some(schema) = rest.pop() {
            let Some(members) = schema.as_object() else { continue };
            if all.iter().any(|other| std::ptr::eq(*other, members)) {
                continue;
            }
            all.push(members);
            let also = self.named(members)?.into_iter().chain(alternatives(members)?.into_iter().flatten());
            rest.extend(also.collect::<Vec<_>>().into_iter().rev());
        }
        Ok(all)
    }

    /// The alternatives, one of which is each variant's.
    fn variants(&self, schema: &'v Value) -> Result<Vec<&'v Value>, Unusable> {
        for members in self.conjuncts(schema)? {
            let has_null = [Some("anyOf"), Some("oneOf")]
                .into_iter()
                .flatten()
                .any(|name| members.get(name).and_then(Value::as_array).is_some_and(|list| list.iter().any(is_null)));
            if let Some(alternatives) = alternatives(members)?
                && (alternatives.len() > 1 || (alternatives.len() == 1 && !has_null))
            {
                return Ok(alternatives);
            }
        }
        Ok(Vec::new())
    }

    /// The kinds of value that a schema allows.
    fn kinds(&self, schema: &'v Value, followed: &mut Vec<&'v Value>) -> Result<Kinds, Unusable> {
        let members = match schema {
            Value::Bool(false) => return Ok(Kinds::NONE),
            Value::Object(members) if !followed.iter().any(|other| std::ptr::eq(*other, schema)) => members,
            _ => return Ok(Kinds::ALL),
        };
        followed.push(schema);
        let mut kinds = own_kinds(members)?;
        for named in self.named(members)? {
            kinds = kinds.and(self.kinds(named, followed)?);
        }
        if let Some(list) = any_or_one(members)? {
            let mut any = if list.is_empty() { Kinds::ALL } else { Kinds::NONE };
            for alternative in list {
                any = any.or(self.kinds(alternative, followed)?);
            }
            kinds = kinds.and(any);
        }
        followed.pop();
        Ok(kinds)
    }

    /// The constants that a schema lists with `enum` and `const`, if it does.
    fn listed(&self, schema: &'v Value, followed: &mut Vec<&'v Value>) -> Result<Option<Vec<&'v Value>>, Unusable> {
        let Value::Object(members) = schema else { return Ok(None) };
        if followed.iter().any(|other| std::ptr::eq(*other, schema)) {
            return Ok(None);
        }
        if let Some(constant) = members.get("const") {
            return Ok(Some(vec![constant]));
        }
        if members.contains_key("enum") {
            return list(members, "enum").map(|constants| Some(constants.iter().collect()));
        }
        followed.push(schema);
        let mut listed = None;
        for named in self.named(members)? {
            listed = listed.or(self.listed(named, followed)?);
        }
        if let (None, Some(alternatives)) = (&listed, alternatives(members)?) {
            let all: Result<Vec<_>, Unusable> =
                alternatives.into_iter().map(|alternative| self.listed(alternative, followed)).collect();
            let all: Option<Vec<_>> = all?.into_iter().collect();
            listed = all.map(|all| all.concat()).filter(|all| !all.is_empty());
        }
        followed.pop();
        Ok(listed)
    }

    /// Sets of keys, one of each of which must be there.
    fn groups(&self, schema: &'v Value, followed: &mut Vec<&'v Value>) -> Result<Vec<Vec<&'v str>>, Unusable> {
        let Value::Object(members) = schema else { return Ok(Vec::new()) };
        if followed.iter().any(|other| std::ptr::eq(*other, schema)) {
            return Ok(Vec::new());
        }
        followed.push(schema);
        let mut groups: Vec<Vec<&str>> = Vec::new();
        for key in list(members, "required")? {
            let Some(key) = key.as_str() else { return Err(format!("requires {key}, which is not the name of a key")) };
            groups.push(vec![key]);
        }
        for named in self.named(members)? {
            groups.extend(self.groups(named, followed)?);
        }
        if let Some(list) = any_or_one(members)? {
            groups.extend(self.common(list, followed)?);
            if let Some([only]) = alternatives(members)?.as_deref() {
                groups.extend(self.groups(only, followed)?);
            }
        }
        followed.pop();
        Ok(groups)
    }

    /// What all alternatives require: one set of each, united.
    fn common(&self, list: &'v [Value], followed: &mut Vec<&'v Value>) -> Result<Vec<Vec<&'v str>>, Unusable> {
        let mut common: Vec<Vec<&str>> = vec![Vec::new()];
        for alternative in list {
            let groups = self.groups(alternative, followed)?;
            let united = common.iter().flat_map(|set| groups.iter().map(move |group| [set.as_slice(), group].concat()));
            common = united.take(MOST_GROUPS).collect();
        }
        Ok(if list.is_empty() { Vec::new() } else { common })
    }
}

/// Appends to a list; returns where.
fn append<T>(list: &mut Vec<T>, items: impl IntoIterator<Item = T>) -> Span {
    let start = list.len();
    list.extend(items);
    Span(start, list.len())
}

fn keyword<'v>(schemas: &[&'v Map<String, Value>], name: &str) -> Option<&'v Value> {
    schemas.iter().find_map(|schema| schema.get(name))
}

/// Each key once, with the first of its schemas.
fn properties<'v>(schemas: &[&'v Map<String, Value>]) -> Vec<(&'v str, &'v Value)> {
    let mut properties: Vec<(&str, &Value)> = Vec::new();
    for (key, schema) in schemas.iter().filter_map(|schema| schema.get("properties")?.as_object()).flatten() {
        if properties.iter().all(|(other, _)| other != key) {
            properties.push((key, schema));
        }
    }
    properties
}

/// A keyword that is a list, or nothing.
fn list<'v>(schema: &'v Map<String, Value>, name: &str) -> Result<&'v [Value], Unusable> {
    match schema.get(name) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(other) => Err(format!("has `{name}` that is not a list: {other}")),
    }
}

fn any_or_one(schema: &Map<String, Value>) -> Result<Option<&[Value]>, Unusable> {
    for name in ["anyOf", "oneOf"] {
        if schema.contains_key(name) {
            return list(schema, name).map(Some);
        }
    }
    Ok(None)
}

/// The schemas of which one holds, `null` left out.
fn alternatives(schema: &Map<String, Value>) -> Result<Option<Vec<&Value>>, Unusable> {
    Ok(any_or_one(schema)?.map(|list| list.iter().filter(|schema| !is_null(schema)).collect()))
}

/// `{"type": "null"}`
fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

/// By `type`, `enum` and `const`.
fn own_kinds(schema: &Map<String, Value>) -> Result<Kinds, Unusable> {
    let mut kinds = match schema.get("type") {
        None => Kinds::ALL,
        Some(Value::Array(names)) => {
            names.iter().map(kind_named).try_fold(Kinds::NONE, |all, kind| Ok::<_, Unusable>(all.or(kind?)))?
        }
        Some(name) => kind_named(name)?,
    };
    if let Some(value) = schema.get("const") {
        kinds = kinds.and(kind_of(value));
    }
    if schema.contains_key("enum") {
        kinds = kinds.and(list(schema, "enum")?.iter().map(kind_of).fold(Kinds::NONE, Kinds::or));
    }
    Ok(kinds)
}

fn kind_named(name: &Value) -> Result<Kinds, Unusable> {
    Ok(match name.as_str() {
        Some("null") => Kinds::NULL,
        Some("boolean") => Kinds::BOOLEAN,
        Some("integer") => Kinds::INTEGER,
        Some("number") => Kinds::NUMBER,
        Some("string") => Kinds::STRING,
        Some("array") => Kinds::ARRAY,
        Some("object") => Kinds::OBJECT,
        _ => return Err(format!("has the type {name}, which JSON Schema does not have")),
    })
}

fn kind_of(value: &Value) -> Kinds {
    match value {
        Value::Null => Kinds::NULL,
        Value::Bool(_) => Kinds::BOOLEAN,
        Value::Number(_) => Kinds::NUMBER,
        Value::String(_) => Kinds::STRING,
        Value::Array(_) => Kinds::ARRAY,
        Value::Object(_) => Kinds::OBJECT,
    }
}

fn constant(value: &Value) -> Constant<'_> {
    match value {
        Value::Null => Constant::Null,
        Value::Bool(_) => Constant::Boolean,
        Value::String(text) => Constant::Text(text),
        Value::Number(_) => integer(value).map_or(Constant::Number, Constant::Integer),
        Value::Array(_) | Value::Object(_) => Constant::Structure,
    }
}

/// By its exact value, as secrets are read.
fn integer(value: &Value) -> Option<i128> {
    if value.is_number() { number::integer(&value.to_string()).ok() } else { None }
}
