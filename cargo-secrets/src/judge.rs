//! The verdict over a document: a validator that others wrote gives it, and it is told in our own words.
//!
//! What a validator says repeats the document. Of its errors only the place and the keyword are used; a violation is made of
//! what the schema declares, and of the kind of what was found.

use std::fmt;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{PatternOptions, ValidationError};
use secrets_runtime::__tools::is_near;
use serde_json::Value;

use crate::document::{Document, Place, Step};
use crate::failure::Failure;
use crate::spot::{Spot, parts, walk};
use crate::words;

/// One way in which a document breaks a schema.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Violation {
    path: String,
    expected: String,
    found: String,
}

impl Violation {
    /// Where the text breaks is not told: of a password, even that would say something.
    pub(crate) fn not_json() -> Self {
        let (path, expected) = ("(root)".to_owned(), "a JSON object".to_owned());
        Self { path, expected, found: "a text that is not JSON".to_owned() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, expected, found } = self;
        write!(f, "{path}: expected {expected}, found {found}")
    }
}

/// A schema that documents are held against.
pub(crate) struct Judge<'s> {
    schema: &'s Value,
    validator: jsonschema::Validator,
}

impl<'s> Judge<'s> {
    /// # Errors
    /// The schema is none. Why is not told: a validator may repeat what it looked at.
    pub(crate) fn new(schema: &'s Value) -> Result<Self, Failure> {
        // An engine that takes linear time, whatever the pattern.
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        let validator = options.with_pattern_options(PatternOptions::regex()).build(schema);
        let validator = validator.map_err(|_| Failure::new("the JSON Schema is none that can be validated against"))?;
        Ok(Self { schema, validator })
    }

    /// Every way in which the document breaks the schema.
    pub(crate) fn violations(&self, document: &Document) -> Vec<Violation> {
        let mut told = Told { schema: self.schema, violations: Vec::new() };
        for place in &document.doubled {
            told.add(place, "every key once", "a key twice");
        }
        for error in self.validator.iter_errors(&document.value) {
            told.error(&error, &document.value);
        }
        if told.violations.is_empty() && !self.validator.is_valid(&document.value) {
            told.add(&[], &words::expected(self.schema), "another value");
        }
        told.in_order()
    }
}

/// How many violations are told, as the runtime has it: nobody reads more.
const VIOLATIONS: usize = 100;

/// What has been told so far: of one place, only the first.
struct Told<'s> {
    schema: &'s Value,
    /// With where they belong among the others.
    violations: Vec<(Vec<usize>, Violation)>,
}

impl Told<'_> {
    fn add(&mut self, place: &[Step], expected: &str, found: &str) {
        if self.violations.len() == VIOLATIONS {
            return;
        }
        let Spot { path, order, .. } = walk(self.schema, place);
        let path = if path.is_empty() { "(root)".to_owned() } else { path };
        if self.violations.iter().all(|(_, told)| told.path != path) {
            let violation = Violation { path, expected: expected.to_owned(), found: found.to_owned() };
            self.violations.push((order, violation));
        }
    }

    /// As the schema declares the keys.
    fn in_order(mut self) -> Vec<Violation> {
        self.violations.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.violations.into_iter().map(|(_, violation)| violation).collect()
    }

    fn error(&mut self, error: &ValidationError<'_>, document: &Value) {
        let place = place(error, document);
        let Some(value) = at(document, &place) else { return };
        match error.kind() {
            ValidationErrorKind::Required { property } => self.missing(&place, property.as_str(), value),
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => self.unknown(&place, unexpected),
            // What is forbidden altogether: the place is that of the unknown key.
            ValidationErrorKind::FalseSchema => self.unknown(place.split_last().map_or(&[], |(_, object)| object), &[]),
            ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
                self.branches(&place, value, error, context, document);
            }
            ValidationErrorKind::OneOfMultipleValid { .. } => self.spellings(&place, value, error),
            _ => self.value(&place, value, error.kind().keyword()),
        }
    }

    /// A value that is not what its schema asks for.
    fn value(&mut self, place: &[Step], value: &Value, keyword: &str) {
        let found = match keyword {
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                "one of another length"
            }
            _ => found(&schemas(self.schema, place), value),
        };
        self.add(place, &self.expected(place), found);
    }

    fn missing(&mut self, object: &[Step], key: Option<&str>, value: &Value) {
        let Some(key) = key else { return };
        let declared: Vec<&str> =
            schemas(self.schema, object).into_iter().flat_map(words::properties).map(|(key, _)| key.as_str()).collect();
        let place = [object, &[Step::Key(key.to_owned())]].concat();
        let mut others = value.as_object().into_iter().flat_map(|object| object.keys());
        // The one key that may be repeated: it all but repeats a declared one.
        let near = others.find(|other| is_near(other, key) && !declared.contains(&other.as_str()));
        let found = near.map_or("nothing".to_owned(), |near| format!("nothing, but the similar key {near:?}"));
        self.add(&place, &self.expected(&place), &found);
    }

    fn unknown(&mut self, object: &[Step], unknown: &[String]) {
        let schemas = schemas(self.schema, object);
        let expected =
            schemas.iter().find(|schema| schema.get("properties").is_some()).copied().unwrap_or(&Value::Null);
        let near = unknown.iter().find_map(|key| {
            words::properties(expected)
                .find(|(declared, _)| is_near(key, declared))
                .map(|(declared, _)| (key, declared))
        });
        let found = match near {
            Some((key, declared)) => format!("{key:?}, which is close to {declared:?}"),
            None => "an unknown key".to_owned(),
        };
        self.add(object, &words::expected_keys(expected), &found);
    }

    /// No branch is fit. If one of them is of the right kind, or the variant that the tag names, what it says is told.
    fn branches(
        &mut self,
        place: &[Step],
        value: &Value,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'static>>],
        document: &Value,
    ) {
        let of_schema = schemas(self.schema, place);
        let tag = tag(&of_schema).filter(|(_, names)| value.is_object() && names.len() == context.len());
        let is_kind =
            |error: &ValidationError<'_>| error.kind().keyword() == "type" && self::place(error, document) == place;
        let of_kind: Vec<_> = context.iter().filter(|branch| !branch.iter().any(is_kind)).collect();
        match (tag, of_kind.as_slice()) {
            (Some((key, names)), _) => match names.iter().position(|name| value.get(&key) == Some(name)) {
                Some(variant) => context[variant].iter().for_each(|error| self.error(error, document)),
                None => self.tag(place, value, &key, &names),
            },
            (None, [only]) => only.iter().for_each(|error| self.error(error, document)),
            _ => match self.spelled(error).first() {
                Some(key) => self.missing(place, Some(key), value),
                None => self.value(place, value, "oneOf"),
            },
        }
    }

    /// The key that tells variants apart.
    fn tag(&mut self, object: &[Step], value: &Value, key: &str, names: &[Value]) {
        let place = [object, &[Step::Key(key.to_owned())]].concat();
        let found =
            value.get(key).map_or("nothing", |tag| if tag.is_string() { "another string" } else { words::kind(tag) });
        self.add(&place, &words::expected(&serde_json::json!({ "enum": names })), found);
    }

    /// The spellings of one key that an error is about, if it is about that.
    fn spelled(&self, error: &ValidationError<'_>) -> Vec<String> {
        self.schema.pointer(error.schema_path().as_str()).map(spellings).unwrap_or_default()
    }

    /// A key that is there in two spellings.
    fn spellings(&mut self, place: &[Step], value: &Value, error: &ValidationError<'_>) {
        let keys = self.spelled(error);
        let mut there = value.as_object().into_iter().flat_map(|object| object.keys()).filter(|key| keys.contains(key));
        match there.nth(1) {
            Some(second) => {
                let place = [place, &[Step::Key(second.clone())]].concat();
                self.add(&place, &format!("one of the keys {}", keys.join(", ")), "two of them");
            }
            None => self.value(place, value, "oneOf"),
        }
    }

    fn expected(&self, place: &[Step]) -> String {
        walk(self.schema, place)
            .schemas
            .first()
            .map_or_else(|| "another value".to_owned(), |schema| words::expected(schema))
    }
}

/// What is told of a value that is not what these schemas ask for.
fn found(schemas: &[&Value], value: &Value) -> &'static str {
    let kinds = |schema: &&Value| -> Vec<&'static str> {
        let of_type = match schema["type"].as_str() {
            Some("integer" | "number") => Some("a number"),
            Some("string") => Some("a string"),
            _ => None,
        };
        let values = schema["enum"].as_array().into_iter().flatten().chain(schema.get("const")).map(words::kind);
        values.chain(of_type).collect()
    };
    let kinds: Vec<&str> = schemas.iter().flat_map(kinds).collect();
    match value {
        Value::String(_) if !kinds.contains(&"a string") => "a string",
        Value::String(_) if kinds.contains(&"a number") || kinds.contains(&"a boolean") => {
            "a string that does not spell one"
        }
        Value::String(_) => "another string",
        Value::Number(_) if kinds.contains(&"a number") => "another number",
        other => words::kind(other),
    }
}

/// Where an error is. The validator takes a key like `0` for an index.
fn place(error: &ValidationError<'_>, document: &Value) -> Place {
    let mut here = Some(document);
    let step = |segment| {
        let step = match (segment, here) {
            (LocationSegment::Index(at), Some(Value::Object(_))) => Step::Key(at.to_string()),
            (LocationSegment::Index(at), _) => Step::Index(at),
            (LocationSegment::Property(key), _) => Step::Key(key.into_owned()),
        };
        here = here.and_then(|value| child(value, &step));
        step
    };
    error.instance_path().into_iter().map(step).collect()
}

fn child<'v>(value: &'v Value, step: &Step) -> Option<&'v Value> {
    match step {
        Step::Key(key) => value.get(key),
        Step::Index(at) => value.get(at),
    }
}

fn at<'v>(document: &'v Value, place: &[Step]) -> Option<&'v Value> {
    place.iter().try_fold(document, child)
}

/// All schemas that apply at a place.
fn schemas<'s>(schema: &'s Value, place: &[Step]) -> Vec<&'s Value> {
    walk(schema, place).schemas.into_iter().flat_map(parts).collect()
}

/// The key whose value tells the variants of an enum apart, and its values.
fn tag(schemas: &[&Value]) -> Option<(String, Vec<Value>)> {
    let variants = schemas.iter().find_map(|schema| schema.get("oneOf")?.as_array())?;
    let name = |variant: &Value, key: &str| match variant["properties"][key]["enum"].as_array().map(Vec::as_slice) {
        Some([only]) => Some(only.clone()),
        _ => None,
    };
    words::properties(variants.first()?).find_map(|(key, _)| {
        let names: Option<Vec<Value>> = variants.iter().map(|variant| name(variant, key)).collect();
        Some((key.clone(), names?))
    })
}

/// The spellings of one key: alternatives, each of which requires one.
fn spellings(alternatives: &Value) -> Vec<String> {
    let key = |branch: &Value| match branch.get("properties") {
        None => Some(branch.get("required")?.get(0)?.as_str()?.to_owned()),
        Some(_) => None,
    };
    alternatives.as_array().into_iter().flatten().filter_map(key).collect()
}

/// The spellings of each key of an object that has several.
pub(crate) fn spellings_of(object: &Value) -> Vec<Vec<String>> {
    let alternatives = object["allOf"].as_array().into_iter().flatten().filter_map(|part| part.get("oneOf"));
    alternatives.map(spellings).filter(|keys| keys.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use secrets_tests::documents::{Random, mutate, plant};
    use secrets_tests::shapes::subjects;
    use serde_json::json;

    use super::*;
    use crate::descriptor::Format;

    fn violations(schema: &Value, text: &str) -> Vec<String> {
        let document = Document::read(text, Format::Json).expect("JSON");
        let violations = Judge::new(schema).expect("a schema").violations(&document);
        violations.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_document_is_judged_as_the_program_decodes_it_and_in_its_words() {
        let (mut judged, mut alike) = (0, 0);
        for subject in subjects() {
            let schema: Value = serde_json::from_str(&(subject.schema)()).expect("JSON");
            let valid: Value = serde_json::from_str(subject.valid).expect("JSON");
            for seed in 0..60 {
                let mut document = valid.clone();
                mutate(&mut document, &mut Random::new(seed));
                let text = document.to_string();
                let told = violations(&schema, &text);
                let decoded = (subject.decode)(&text);
                assert_eq!(told.is_empty(), decoded.is_ok(), "{}: {text}\n{told:?}\n{decoded:?}", subject.name);
                let Err(error) = decoded else { continue };
                let expected: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
                judged += 1;
                alike += usize::from(told.iter().all(|told| expected.contains(told)) && told.len() == expected.len());
            }
        }
        // The decoder stops below a broken object, and knows what a schema cannot say.
        assert!(judged > 1_000 && alike > judged * 19 / 20, "{alike} of {judged} in the same words");
    }

    #[test]
    fn nothing_of_a_document_is_told() {
        const TEXT: &str = "Xq7canaryXq7";
        const NUMBER: &str = "7700770077";
        for subject in subjects() {
            let schema: Value = serde_json::from_str(&(subject.schema)()).expect("JSON");
            let valid: Value = serde_json::from_str(subject.valid).expect("JSON");
            for seed in 0..60 {
                let mut random = Random::new(seed);
                let mut document = valid.clone();
                mutate(&mut document, &mut random);
                plant(&mut document, TEXT, NUMBER, &mut random);
                let told = violations(&schema, &document.to_string()).join("\n");
                assert!(!told.contains("canary") && !told.contains(NUMBER), "{}: {document}\n{told}", subject.name);
            }
        }
    }

    #[test]
    fn a_hostile_document_has_no_more_violations_than_anybody_reads() {
        let schema = json!({"type": "array", "items": {"type": "string"}});
        let told = violations(&schema, &format!("[{}0]", "0,".repeat(30_000)));
        assert_eq!((told.len(), &*told[99]), (VIOLATIONS, "[99]: expected a string, found a number"));
    }

    #[test]
    fn a_schema_that_people_wrote_is_judged_by_too() {
        let schema = json!({
            "$defs": {"host": {"type": "string", "pattern": "^[a-z.]+$"}},
            "properties": {"host": {"$ref": "#/$defs/host"}, "mode": {"const": "tls"}, "n": {"multipleOf": 5}},
            "patternProperties": {"^x-": false},
            "dependentRequired": {"host": ["mode"]},
        });
        let told = violations(&schema, r#"{"host": "CANARY", "mode": "canary", "n": 7, "x-canary": 1}"#);
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(!told.join("\n").to_lowercase().contains("canary"), "{told:?}");
        assert!(told.contains(&r#"mode: expected "tls", found another string"#.to_owned()), "{told:?}");
    }
}
