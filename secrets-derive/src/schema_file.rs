//! Reads a JSON Schema file and lays out what it says, as far as it is understood.
//!
//! A schema includes the schemas that `$ref` and `allOf` name, and the single alternative of `anyOf` or `oneOf` that is not `null`.
//! Several alternatives contribute what they have in common. Other keywords are ignored: they can only restrict further.

use std::cell::Cell;

use secrets_shape::file_shape::{Constant, DETAILED, FileObject, FileShape, Kinds, Place, Span};
use secrets_shape::number;
use serde_json::{Map, Value};

/// The content of a file, flattened into lists. The first place is the whole secret.
#[derive(Default)]
pub struct Layout<'v> {
    pub places: Vec<Place>,
    /// The key of each place; empty if it has none.
    pub keys: Vec<&'v str>,
    pub constants: Vec<Constant<'v>>,
    pub required: Vec<Vec<&'v str>>,
}

/// A schema that is a JSON object.
type Members<'v> = &'v Map<String, Value>;

/// Why a file cannot be used, with the position as a JSON pointer or in words.
pub type Unusable = String;

/// Lays out a schema.
///
/// # Errors
/// The schema uses something that cannot be understood. Ignored keywords are not errors.
pub fn layout(schema: &Value) -> Result<Layout<'_>, Unusable> {
    let mut reader =
        Reader { root: schema, layout: Layout::default(), followed: Vec::new(), steps: Cell::new(MOST_STEPS) };
    reader.reserve(1)?;
    reader.place(0, &[schema], &[])?;
    Ok(reader.layout)
}

impl<'v> Layout<'v> {
    /// The keys of an object, with their places.
    pub fn keys_in(&self, place: usize) -> impl Iterator<Item = (usize, &'v str)> {
        let Span(start, end) = self.places[place].keys;
        (start..end).map(|at| (at, self.keys[at]))
    }

    /// Whether the file requires one of these spellings of a key.
    pub fn requires(&self, place: usize, keys: &[String]) -> bool {
        let Span(start, end) = self.places[place].required;
        self.required[start..end].iter().any(|group| group.iter().all(|key| keys.iter().any(|other| other == key)))
    }

    /// The constants listed for a place.
    pub fn constants(&self, place: usize) -> Option<&[Constant<'v>]> {
        self.places[place].constants.map(|Span(start, end)| &self.constants[start..end])
    }

    /// Calls `does` with the layout as constant data.
    pub fn with<R>(&self, objects: &[FileObject<'_>], does: impl FnOnce(&FileShape<'_>) -> R) -> R {
        let required: Vec<&[&str]> = self.required.iter().map(Vec::as_slice).collect();
        let (kinds, details) = self.kinds_and_details();
        let (keys, constants) = (&self.keys, &self.constants);
        does(&FileShape { kinds: &kinds, keys, details: &details, constants, required: &required, objects })
    }

    /// The kinds of all places, and details for the few places that have more.
    pub fn kinds_and_details(&self) -> (Vec<u8>, Vec<(usize, Place)>) {
        let details: Vec<(usize, Place)> =
            self.places.iter().copied().enumerate().filter(|(_, place)| *place != Place::of(place.kinds)).collect();
        let mut kinds: Vec<u8> = self.places.iter().map(|place| place.kinds.0).collect();
        for (at, _) in &details {
            kinds[*at] |= DETAILED;
        }
        (kinds, details)
    }
}

struct Reader<'v> {
    root: &'v Value,
    layout: Layout<'v>,
    /// The schemas being laid out, from the outermost in. A schema that refers to itself stops here.
    followed: Vec<&'v Value>,
    /// How many more schemas may be visited.
    steps: Cell<usize>,
}

/// Limits above any hand-written file, for references that multiply or recurse.
const MOST_PLACES: usize = 50_000;
const MOST_STEPS: usize = 1_000_000;
const DEEPEST: usize = 64;
/// Limit for combining the required keys of several alternatives.
const MOST_GROUPS: usize = 64;

impl<'v> Reader<'v> {
    /// Lays out a value that satisfies all of `schemas`. For an alternative, `around` holds the schemas that contain it; only their own
    /// keywords apply to it.
    fn place(&mut self, at: usize, schemas: &[&'v Value], around: &[Members<'v>]) -> Result<(), Unusable> {
        let is_new = |schema: &&&Value| !self.followed.iter().any(|followed| std::ptr::eq(*followed, **schema));
        let schemas: Vec<&Value> = schemas.iter().filter(is_new).copied().collect();
        if schemas.is_empty() {
            return Ok(());
        }
        if self.followed.len() > DEEPEST {
            return Err(format!("describes values more than {DEEPEST} deep in one another"));
        }
        let before = self.followed.len();
        self.followed.extend(&schemas);
        let described = self.described(at, &schemas, around);
        self.followed.truncate(before);
        described
    }

    fn described(&mut self, at: usize, schemas: &[&'v Value], around: &[Members<'v>]) -> Result<(), Unusable> {
        let conjuncts = [self.gathered(schemas, |count| count == 1)?.as_slice(), around].concat();
        let branches = [self.gathered(schemas, |_| true)?.as_slice(), around].concat();
        let mut kinds = Kinds::ALL;
        let mut constants = None;
        let mut required: Vec<Vec<&str>> = Vec::new();
        for schema in schemas {
            kinds = kinds.and(self.kinds(schema, &mut Vec::new())?);
            constants = constants.or(self.listed(schema, &mut Vec::new())?);
            required.extend(self.groups(schema, &mut Vec::new())?);
        }
        for members in around {
            required.extend(keys_required(members)?);
        }
        let mut place = Place::of(kinds);
        place.minimum = keyword(&conjuncts, "minimum").and_then(integer);
        place.maximum = keyword(&conjuncts, "maximum").and_then(integer);
        place.constants = constants.map(|all| append(&mut self.layout.constants, all.into_iter().map(constant)));
        place.required = append(&mut self.layout.required, required);
        let mentions = |name: &str| branches.iter().any(|schema| schema.contains_key(name));
        place.are_all_keys = mentions("properties") && !mentions("patternProperties");
        let properties = properties(&conjuncts, &branches);
        place.keys = self.reserve(properties.len())?;
        let variants = self.variants(schemas)?;
        place.variants = self.reserve(variants.len())?;
        let mut parts = Vec::new();
        for (name, position) in [
            ("items", &mut place.items),
            ("additionalProperties", &mut place.values),
            ("contentSchema", &mut place.content),
        ] {
            if let Some(schema) = keyword(&conjuncts, name).filter(|schema| schema.is_object()) {
                let Span(at, _) = self.reserve(1)?;
                *position = Some(at);
                parts.push((at, schema));
            }
        }
        self.layout.places[at] = place;
        for (at, (key, property)) in (place.keys.0..).zip(properties) {
            self.layout.keys[at] = key;
            match property {
                Property::All(schemas) => self.place(at, &schemas, &[])?,
                Property::Any(schemas) => self.layout.places[at].kinds = self.any_kinds(&schemas)?,
            }
        }
        for (at, schema) in (place.variants.0..).zip(variants) {
            self.place(at, &[schema], &conjuncts)?;
        }
        parts.into_iter().try_for_each(|(at, schema)| self.place(at, &[schema], &[]))
    }

    fn step(&self) -> Result<(), Unusable> {
        let left = self.steps.get().checked_sub(1);
        self.steps.set(left.unwrap_or_default());
        left.map(drop).ok_or_else(|| "has `$ref`s that expand to too many schemas: simplify them".to_owned())
    }

    fn reserve(&mut self, count: usize) -> Result<Span, Unusable> {
        let start = self.layout.places.len();
        if start + count > MOST_PLACES {
            return Err(format!("describes more than {MOST_PLACES} values"));
        }
        self.layout.places.resize(start + count, Place::of(Kinds::ALL));
        self.layout.keys.resize(start + count, "");
        Ok(Span(start, start + count).or_none())
    }

    /// The target of `$ref`, then the items of `allOf`.
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

    /// The target of a `$ref` within the file.
    fn target(&self, reference: &'v Value) -> Result<&'v Value, Unusable> {
        let Some(text) = reference.as_str() else {
            return Err(format!("has a `$ref` that is not a string: {reference}"));
        };
        let pointer = text.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        let Some(pointer) = pointer else {
            return Err(format!(
                "refers to {text:?}, and only pointers within the file are followed: copy what is meant into `$defs` and \
                 write \"#/$defs/name\""
            ));
        };
        self.root
            .pointer(pointer)
            .ok_or_else(|| format!("refers to {text:?}, which is not in the file: correct the reference"))
    }

    /// The schemas with everything that they include. Alternatives are included if `are_wanted` accepts their number.
    fn gathered(&self, schemas: &[&'v Value], are_wanted: fn(usize) -> bool) -> Result<Vec<Members<'v>>, Unusable> {
        let (mut all, mut rest) = (Vec::<Members<'v>>::new(), schemas.to_vec());
        rest.reverse();
        while let Some(schema) = rest.pop() {
            self.step()?;
            let Some(members) = schema.as_object() else { continue };
            if all.iter().any(|other| std::ptr::eq(*other, members)) {
                continue;
            }
            all.push(members);
            let alternatives = alternatives(members)?.filter(|alternatives| are_wanted(alternatives.len()));
            let also = self.named(members)?.into_iter().chain(alternatives.into_iter().flatten());
            rest.extend(also.collect::<Vec<_>>().into_iter().rev());
        }
        Ok(all)
    }

    /// The alternatives that correspond to an enum's variants.
    fn variants(&self, schemas: &[&'v Value]) -> Result<Vec<&'v Value>, Unusable> {
        for members in self.gathered(schemas, |count| count == 1)? {
            let all = any_or_one(members)?.map_or(0, <[Value]>::len);
            if let Some(alternatives) = alternatives(members)?
                // A single alternative beside `null` means a nullable value, not a variant.
                && (alternatives.len() > 1 || all == 1 && alternatives.len() == 1)
            {
                return Ok(alternatives);
            }
        }
        Ok(Vec::new())
    }

    fn any_kinds(&self, schemas: &[&'v Value]) -> Result<Kinds, Unusable> {
        schemas.iter().try_fold(Kinds::NONE, |any, schema| Ok(any.or(self.kinds(schema, &mut Vec::new())?)))
    }

    /// Whether the schema is already being followed, so that the recursion must stop.
    fn is_followed(&self, schema: &Value, followed: &[&Value]) -> Result<bool, Unusable> {
        self.step()?;
        if followed.len() > DEEPEST {
            return Err(format!("has references more than {DEEPEST} deep in one another"));
        }
        Ok(followed.iter().any(|other| std::ptr::eq(*other, schema)))
    }

    /// The kinds of value that a schema allows.
    fn kinds(&self, schema: &'v Value, followed: &mut Vec<&'v Value>) -> Result<Kinds, Unusable> {
        let members = match schema {
            Value::Bool(false) => return Ok(Kinds::NONE),
            Value::Object(members) if !self.is_followed(schema, followed)? => members,
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

    /// The constants that a schema lists with `enum` or `const`, if any.
    fn listed(&self, schema: &'v Value, followed: &mut Vec<&'v Value>) -> Result<Option<Vec<&'v Value>>, Unusable> {
        let Value::Object(members) = schema else { return Ok(None) };
        if self.is_followed(schema, followed)? {
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

    /// Groups of keys; an object must have at least one key of each.
    fn groups(&self, schema: &'v Value, followed: &mut Vec<&'v Value>) -> Result<Vec<Vec<&'v str>>, Unusable> {
        let Value::Object(members) = schema else { return Ok(Vec::new()) };
        if self.is_followed(schema, followed)? {
            return Ok(Vec::new());
        }
        followed.push(schema);
        let mut groups = keys_required(members)?;
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

    /// The groups that hold for all alternatives: every union of one group from each.
    fn common(&self, list: &'v [Value], followed: &mut Vec<&'v Value>) -> Result<Vec<Vec<&'v str>>, Unusable> {
        let mut common: Vec<Vec<&str>> = vec![Vec::new()];
        for alternative in list {
            // An alternative that is not an object does not lack keys.
            if !self.kinds(alternative, &mut Vec::new())?.has(Kinds::OBJECT) {
                continue;
            }
            let groups = self.groups(alternative, followed)?;
            let union = |set: &[&'v str], group: &[&'v str]| {
                let mut all = [set, group].concat();
                all.sort_unstable();
                all.dedup();
                all
            };
            let mut united: Vec<_> =
                common.iter().flat_map(|set| groups.iter().map(|group| union(set, group))).collect();
            // Smallest first, so that keys that all alternatives require survive the limit.
            united.sort_by_key(Vec::len);
            united.truncate(MOST_GROUPS);
            common = united;
        }
        common.retain(|group| !group.is_empty());
        Ok(common)
    }
}

/// Appends to a list and returns the range of the new items.
fn append<T>(list: &mut Vec<T>, items: impl IntoIterator<Item = T>) -> Span {
    let start = list.len();
    list.extend(items);
    Span(start, list.len()).or_none()
}

fn keyword<'v>(schemas: &[Members<'v>], name: &str) -> Option<&'v Value> {
    schemas.iter().find_map(|schema| schema.get(name))
}

/// The schemas for one key.
enum Property<'v> {
    /// All of these hold.
    All(Vec<&'v Value>),
    /// One of these holds, depending on the alternative.
    Any(Vec<&'v Value>),
}

/// The keys without duplicates, with their schemas.
fn properties<'v>(conjuncts: &[Members<'v>], branches: &[Members<'v>]) -> Vec<(&'v str, Property<'v>)> {
    let mut properties: Vec<(&str, Property<'_>)> = Vec::new();
    for key in branches.iter().filter_map(|schema| schema.get("properties")?.as_object()).flat_map(Map::keys) {
        if properties.iter().any(|(other, _)| other == key) {
            continue;
        }
        let of = |schemas: &[Members<'v>]| -> Vec<&'v Value> {
            schemas.iter().filter_map(|schema| schema.get("properties")?.get(key)).collect()
        };
        let property = match (of(conjuncts), of(branches)) {
            (all, _) if !all.is_empty() => Property::All(all),
            (_, any) if any.len() == 1 => Property::All(any),
            (_, any) => Property::Any(any),
        };
        properties.push((key, property));
    }
    properties
}

/// The keys that a schema requires itself, one group each.
fn keys_required<'v>(schema: Members<'v>) -> Result<Vec<Vec<&'v str>>, Unusable> {
    let key = |key: &'v Value| match key.as_str() {
        Some(key) => Ok(vec![key]),
        None => Err(format!("requires {key}, which is not the name of a key")),
    };
    list(schema, "required")?.iter().map(key).collect()
}

/// A keyword whose value is a list; empty if absent.
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

/// The alternatives other than `null`.
fn alternatives(schema: &Map<String, Value>) -> Result<Option<Vec<&Value>>, Unusable> {
    Ok(any_or_one(schema)?.map(|list| list.iter().filter(|schema| !is_null(schema)).collect()))
}

/// Whether a schema allows only `null`, in any spelling.
fn is_null(schema: &Value) -> bool {
    let is = |value: &Value| value == "null" || *value == serde_json::json!(["null"]);
    let is_listed = |values: &Value| *values == serde_json::json!([null]);
    schema.get("type").is_some_and(is)
        || schema.get("const").is_some_and(Value::is_null)
        || schema.get("enum").is_some_and(is_listed)
}

/// The kinds that `type`, `enum` and `const` allow.
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

/// The exact integer value, read as in secrets.
fn integer(value: &Value) -> Option<i128> {
    if value.is_number() { number::integer(&value.to_string()).ok()?.narrow() } else { None }
}
