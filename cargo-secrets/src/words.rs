//! A JSON Schema in words: what follows "expected". They are the runtime's own words for what it declares.

use serde_json::{Map, Value};

/// "an integer from 1 to 65535"
pub(crate) fn expected(schema: &Value) -> String {
    let Some(schema) = schema.as_object() else { return "another value".to_owned() };
    if let Some(names) = schema.get("enum").and_then(Value::as_array) {
        return one_of(names);
    }
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    if let Some(branches) = branches(schema) {
        return either(branches);
    }
    match schema.get("type") {
        Some(Value::String(kind)) => of_kind(kind, schema),
        Some(Value::Array(kinds)) => {
            let kinds = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            joined(&kinds.map(|kind| of_kind(kind, schema)).collect::<Vec<_>>())
        }
        _ => "another value".to_owned(),
    }
}

/// "no keys but username, password"
pub(crate) fn expected_keys(schema: &Value) -> String {
    let keys: Vec<&str> = properties(schema).map(|(key, _)| key.as_str()).collect();
    if keys.is_empty() { "no keys".to_owned() } else { format!("no keys but {}", keys.join(", ")) }
}

/// The kind of a value, which is all that is told of it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

pub(crate) fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

pub(crate) fn branches(schema: &Map<String, Value>) -> Option<&Vec<Value>> {
    schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array)
}

/// What one of several schemas asks for: without the `null` of what is optional, and without the strings that spell numbers.
fn either(branches: &[Value]) -> String {
    let is_number = |schema: &Value| matches!(schema["type"].as_str(), Some("integer" | "number"));
    let has_number = branches.iter().any(is_number);
    let told = branches.iter().filter(|schema| schema["type"] != "null" && !(has_number && schema["type"] == "string"));
    let mut words: Vec<String> = told.map(expected).collect();
    words.dedup();
    joined(&words)
}

fn of_kind(kind: &str, schema: &Map<String, Value>) -> String {
    match kind {
        "string" => string(schema),
        "integer" => format!("an integer{}", range(schema)),
        "number" => format!("a number{}", range(schema)),
        "boolean" => "true or false".to_owned(),
        "array" => format!("an array{}", lengths(schema, "minItems", "maxItems", "item", 1)),
        "object" => format!("an object{}", lengths(schema, "minProperties", "maxProperties", "key", 1)),
        _ => "null".to_owned(),
    }
}

/// The pattern that the runtime writes for `hex`.
const HEX: &str = "^(?:[0-9A-Fa-f]{2})*$";

fn string(schema: &Map<String, Value>) -> String {
    let text = |name: &str| schema.get(name).and_then(Value::as_str);
    let pattern = text("pattern");
    if text("contentEncoding") == Some("base64") {
        return "a base64 string".to_owned();
    }
    if pattern == Some(HEX) {
        return format!("a string of hexadecimal digits{}", lengths(schema, "minLength", "maxLength", "byte", 2));
    }
    if text("contentMediaType") == Some("application/json") {
        return "a string with JSON in it".to_owned();
    }
    let pattern = pattern.map(|pattern| format!(" that matches {pattern}")).unwrap_or_default();
    format!("a string{}{pattern}", lengths(schema, "minLength", "maxLength", "character", 1))
}

/// " from 1 to 9", or nothing.
fn range(schema: &Map<String, Value>) -> String {
    match (schema.get("minimum"), schema.get("maximum")) {
        (Some(min), Some(max)) => format!(" from {min} to {max}"),
        (Some(min), None) => format!(" of at least {min}"),
        (None, Some(max)) => format!(" of at most {max}"),
        (None, None) => String::new(),
    }
}

/// " of at least 8 characters", or nothing; `scale` of what the schema counts make one unit.
fn lengths(schema: &Map<String, Value>, min: &str, max: &str, unit: &str, scale: u64) -> String {
    let limit = |name: &str| schema.get(name).and_then(Value::as_u64).map(|limit| limit / scale);
    match (limit(min), limit(max)) {
        (Some(min), Some(max)) if min == max => format!(" of {}", count(min, unit)),
        (Some(min), Some(max)) => format!(" of {min} to {}", count(max, unit)),
        (Some(min), None) => format!(" of at least {}", count(min, unit)),
        (None, Some(max)) => format!(" of at most {}", count(max, unit)),
        (None, None) => String::new(),
    }
}

/// "1 key", "2 keys"
pub(crate) fn count(number: u64, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

/// `"a", "b" or "c"`. Booleans are told once, however they are spelled.
fn one_of(names: &[Value]) -> String {
    if names.iter().any(Value::is_boolean) {
        return "true or false".to_owned();
    }
    joined(&names.iter().map(Value::to_string).collect::<Vec<_>>())
}

fn joined(words: &[String]) -> String {
    match words {
        [] => "another value".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_runtime_writes_reads_as_its_own_words() {
        let integer = json!({"type": "integer", "minimum": 1, "maximum": 65535});
        let spelled = json!({"type": "string", "pattern": "^-?(?:0|[1-9][0-9]*)$"});
        let cases = [
            (json!({"type": "string", "minLength": 12}), "a string of at least 12 characters"),
            (
                json!({"type": "string", "maxLength": 1, "pattern": "^a"}),
                "a string of at most 1 character that matches ^a",
            ),
            (
                json!({"type": "string", "pattern": HEX, "minLength": 32, "maxLength": 32}),
                "a string of hexadecimal digits of 16 bytes",
            ),
            (json!({"type": "string", "contentEncoding": "base64", "pattern": "x"}), "a base64 string"),
            (json!({"type": "string", "contentMediaType": "application/json"}), "a string with JSON in it"),
            (json!({"anyOf": [integer, spelled]}), "an integer from 1 to 65535"),
            (json!({"anyOf": [{"anyOf": [integer, spelled]}, {"type": "null"}]}), "an integer from 1 to 65535"),
            (json!({"type": "number", "minimum": 0.5}), "a number of at least 0.5"),
            (json!({"enum": [true, false, "true", "false"]}), "true or false"),
            (json!({"enum": ["a", "b", "c"]}), r#""a", "b" or "c""#),
            (json!({"oneOf": [{"type": "object"}, {"type": "object"}]}), "an object"),
            (json!({"type": ["string", "integer", "null"]}), "a string or an integer"),
            (json!({"type": "array", "minItems": 1, "maxItems": 3}), "an array of 1 to 3 items"),
            (json!({}), "another value"),
            (json!(true), "another value"),
        ];
        for (schema, words) in cases {
            assert_eq!(expected(&schema), words, "{schema}");
        }
        assert_eq!(expected_keys(&json!({"properties": {"a": {}, "b": {}}})), "no keys but a, b");
    }
}
