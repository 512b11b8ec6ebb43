//! The decoder accepts the same documents as an independent JSON Schema validator, and its errors do not reveal the documents.

use secrets_runtime::ErrorKind;
use secrets_tests::documents::{Random, mutate, plant};
use secrets_tests::shapes::{Subject, problems, subject, subjects};
use serde_json::Value;

/// Documents per type.
const DOCUMENTS: u64 = 1_000;

fn validator(subject: &Subject) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&(subject.schema)()).expect("the schema is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is a schema");
    jsonschema::draft202012::new(&schema).expect("the schema compiles")
}

#[test]
fn twenty_thousand_documents_are_judged_alike_by_schema_and_decoder() {
    let subjects = subjects();
    let (mut judged, mut accepted) = (0, 0);
    for subject in &subjects {
        let validator = validator(subject);
        let valid: Value = serde_json::from_str(subject.valid).expect("JSON");
        for seed in 0..DOCUMENTS {
            let mut document = valid.clone();
            if seed > 0 {
                mutate(&mut document, &mut Random::new(seed));
            }
            let text = document.to_string();
            let decoded = (subject.decode)(&text);
            let is_valid = validator.is_valid(&document);
            assert_eq!(is_valid, decoded.is_ok(), "{}: {text}\n{decoded:?}\n{}", subject.name, (subject.schema)());
            judged += 1;
            accepted += usize::from(is_valid);
        }
        assert!(validator.is_valid(&valid), "{}", subject.name);
    }
    assert!(subjects.len() >= 20 && judged >= 20_000, "{judged} documents over {} shapes", subjects.len());
    // Both outcomes must be common, or the test would prove little.
    assert!(accepted > judged / 5 && accepted < judged * 4 / 5, "{accepted} of {judged} accepted");
    println!("{judged} documents over {} shapes, {accepted} accepted, no disagreement", subjects.len());
}

/// The command validates documents with the entry in a binary, and must report exactly what the program reports.
#[test]
fn a_document_is_judged_alike_with_its_type_and_without() {
    let mut judged = 0;
    for subject in subjects() {
        let declaration = (subject.declaration)();
        assert_eq!(secrets_runtime::__tools::json_schema(declaration), (subject.schema)(), "{}", subject.name);
        let valid: Value = serde_json::from_str(subject.valid).expect("JSON");
        for seed in 0..DOCUMENTS {
            let mut document = valid.clone();
            if seed > 0 {
                mutate(&mut document, &mut Random::new(seed));
            }
            let text = document.to_string();
            for text in [text.clone(), text[..text.len() - 1].to_owned(), text.replacen(':', ":[1],\"x\":", 1)] {
                let typed = (subject.decode)(&text).map(drop).map_err(|error| said(&error));
                let untyped = secrets_runtime::__tools::check(&text, declaration).map_err(|error| said(&error));
                assert_eq!(untyped, typed, "{}: {text}", subject.name);
                judged += 1;
            }
        }
    }
    assert!(judged > 70_000, "{judged} documents");
}

/// All text of an error, sorted because `HashMap` iterates in random order.
fn said(error: &secrets_runtime::Error) -> Vec<String> {
    let mut said: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
    said.sort();
    said.push(error.to_string());
    said
}

#[test]
fn nothing_of_a_generated_document_is_shown() {
    const TEXT: &str = "Xq7canaryXq7";
    const NUMBER: &str = "7700770077";
    let (mut errors, mut values) = (0, 0);
    for subject in subjects() {
        let valid: Value = serde_json::from_str(subject.valid).expect("JSON");
        for seed in 0..DOCUMENTS {
            let mut random = Random::new(seed);
            let mut document = valid.clone();
            mutate(&mut document, &mut random);
            plant(&mut document, TEXT, NUMBER, &mut random);
            let text = document.to_string();
            let shown = match (subject.decode)(&text) {
                Ok(shown) => {
                    values += 1;
                    shown
                }
                Err(error) => {
                    errors += 1;
                    assert!(matches!(error.kind(), ErrorKind::Invalid), "{error}");
                    let parts: Vec<String> =
                        error.violations().iter().map(|violation| format!("{violation:?}")).collect();
                    format!("{error} {error:?} {error:#?} {parts:?}")
                }
            };
            assert!(!shown.contains("canary") && !shown.contains(NUMBER), "{}: {text}\n{shown}", subject.name);
        }
    }
    assert!(errors > 5_000 && values > 1_000, "{errors} errors and {values} values looked at");
}

#[test]
fn descriptions_and_sensitivity_are_in_the_schema() {
    use secrets_runtime::Secret;

    /// Credentials of the "orders" database.
    ///
    /// Rotated weekly.
    #[derive(Secret)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct OrdersDb {
        /// Who logs in.
        username: String,
        /// Where.
        #[secret(public)]
        host: String,
    }

    let schema: Value = serde_json::from_str(&OrdersDb::json_schema()).expect("JSON");
    assert_eq!(schema["title"], "OrdersDb");
    assert_eq!(schema["description"], "Credentials of the \"orders\" database.\n\nRotated weekly.");
    assert_eq!(schema["properties"]["username"]["description"], "Who logs in.");
    assert_eq!(schema["properties"]["username"]["writeOnly"], true);
    assert_eq!(schema["properties"]["host"].get("writeOnly"), None);
}

#[test]
fn every_type_fits_the_schema_that_is_written_of_it() {
    for subject in subjects() {
        let schema: Value = serde_json::from_str(&(subject.schema)()).expect("JSON");
        assert_eq!(problems(&subject, &schema), [""; 0], "{}: {schema:#}", subject.name);
    }
}

#[test]
fn a_type_whose_schema_was_narrowed_by_hand_still_fits_it() {
    for subject in subjects() {
        for seed in 0..200 {
            let mut schema: Value = serde_json::from_str(&(subject.schema)()).expect("JSON");
            narrow(&mut schema, &mut Random::new(seed));
            assert_eq!(problems(&subject, &schema), [""; 0], "{}: {schema:#}", subject.name);
        }
    }
}

/// Adds keywords as people do. None makes a key optional or allows another value.
fn narrow(schema: &mut Value, random: &mut Random) {
    match schema {
        Value::Object(members) => {
            for member in members.values_mut() {
                narrow(member, random);
            }
            let is_schema = members.contains_key("type") || members.contains_key("anyOf");
            if is_schema && random.below(3) == 0 {
                let (key, value) = match random.below(4) {
                    0 => ("description", Value::from("Of a person.")),
                    1 => ("examples", serde_json::json!([1, "a"])),
                    2 => ("$comment", Value::from("{\"type\": \"array\"}")),
                    _ => ("minLength", Value::from(1)),
                };
                members.entry(key).or_insert(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| narrow(item, random)),
        _ => {}
    }
}

/// Types whose code decides on values. Their schema may accept more, but never less.
mod opaque {
    use std::net::{IpAddr, SocketAddr};
    use std::num::NonZeroU16;
    use std::rc::Rc;
    use std::sync::Arc;

    use bytes::Bytes;
    use chrono::{DateTime, Utc};
    use jiff::{SignedDuration, Timestamp};
    use secrets_runtime::{Secret, SecretBox};
    use url::Url;
    use uuid::Uuid;
    use zeroize::Zeroizing;

    macro_rules! shapes {
        ($($item:item)*) => {$(
            #[derive(Secret)]
            #[expect(dead_code, reason = "decoded and shown")]
            $item
        )*};
    }

    shapes! {
        pub struct Addresses { ip: IpAddr, list: Vec<SocketAddr>, #[secret(from_str)] port: Option<NonZeroU16> }
        pub struct Numbers { #[secret(from_str(number))] a: u16, #[secret(from_str(number))] b: Vec<NonZeroU16> }
        pub struct Others { url: Url, id: Option<Uuid>, at: Timestamp, for_: SignedDuration, until: DateTime<Utc> }
        pub struct Wrapped {
            #[secret(base64(lenient))] a: Vec<u8>,
            #[secret(base64)] b: SecretBox<[u8; 3]>,
            #[secret(hex)] c: Zeroizing<[u8; 2]>,
            #[secret(base64(url))] d: Bytes,
        }
        pub struct Counted { a: Rc<u8>, b: Rc<[u8]>, c: Arc<[String]>, d: Rc<Option<bool>> }
    }
}

#[test]
fn what_opaque_types_read_is_valid_under_their_schema() {
    use opaque::{Addresses, Counted, Numbers, Others, Wrapped};

    let subjects = [
        subject::<Addresses>(r#"{"ip": "::1", "list": ["127.0.0.1:80"], "port": "1"}"#),
        subject::<Numbers>(r#"{"a": 1, "b": ["2", 3]}"#),
        subject::<Others>(
            r#"{"url": "https://a.example/", "id": null, "at": "2026-11-27T10:00:00Z", "for_": "PT1H", "until": "2026-11-27T10:00:00Z"}"#,
        ),
        subject::<Wrapped>(r#"{"a": "AQ\nID", "b": "AQID", "c": "ff00", "d": "AQID"}"#),
        subject::<Counted>(r#"{"a": 1, "b": [1], "c": ["a"], "d": true}"#),
    ];
    for subject in &subjects {
        let validator = validator(subject);
        let valid: Value = serde_json::from_str(subject.valid).expect("JSON");
        assert!(validator.is_valid(&valid) && (subject.decode)(subject.valid).is_ok(), "{}", subject.name);
        let mut read = 0;
        for seed in 1..DOCUMENTS {
            let mut document = valid.clone();
            mutate(&mut document, &mut Random::new(seed));
            let text = document.to_string();
            if let Ok(shown) = (subject.decode)(&text) {
                read += 1;
                assert!(validator.is_valid(&document), "{}: {text}\n{shown}\n{}", subject.name, (subject.schema)());
            }
        }
        assert!(read > 10, "{}: {read}", subject.name);
    }
    let numbers = (subjects[1].schema)();
    assert!(numbers.contains(r#""type":["string","integer"]"#), "{numbers}");
}
