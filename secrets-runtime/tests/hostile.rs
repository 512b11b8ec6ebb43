//! Hostile input gives an error or the right value, never a panic, a stack overflow or a value in a message.

use std::collections::BTreeMap;

use secrets_runtime::{ErrorKind, ExposeSecret, Secret, SecretString};

#[derive(Secret)]
struct Victim {
    text: SecretString,
    #[secret(default)]
    number: i64,
    #[secret(default)]
    float: f64,
    #[secret(default)]
    flag: bool,
    #[secret(default)]
    list: Vec<Vec<u8>>,
    #[secret(default)]
    map: BTreeMap<String, BTreeMap<String, u8>>,
    #[secret(serde, default)]
    anything: Option<serde_json::Value>,
    #[secret(json, default)]
    inner: Option<Box<Inner>>,
}

#[derive(Secret)]
struct Inner {
    number: u8,
}

const SIZE: usize = 65_536;

/// Decodes a document and checks all renderings of the outcome.
fn read(document: &str) -> Result<Victim, ErrorKind> {
    match Victim::from_json(document) {
        Ok(victim) => {
            assert!(!format!("{victim:?} {victim:#?}").contains("canary"));
            Ok(victim)
        }
        Err(error) => {
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("canary") && shown.len() < 20_000, "{} characters", shown.len());
            Err(error.kind())
        }
    }
}

#[test]
fn sixty_four_kilobytes_of_one_thing() {
    for piece in [
        "[",
        "{",
        "{\"a\":",
        "[{\"canary\":",
        "\"",
        "\\",
        "\\u",
        "0",
        "-",
        "9",
        "e",
        " ",
        "\n",
        "\0",
        "é",
        "😀",
        ",",
        "}",
        "]",
    ] {
        let filler = piece.repeat(SIZE / piece.len());
        read(&filler).map(drop).expect_err("no document");
        for field in ["text", "number", "float", "flag", "list", "map", "anything", "inner", "canary"] {
            for document in [
                format!("{{\"text\": \"canary\", \"{field}\": {filler}}}"),
                format!("{{\"text\": \"canary\", \"{field}\": \"{filler}\"}}"),
                format!("{{\"text\": \"canary\", \"{field}\": [{filler}]}}"),
                format!("{{\"{filler}\": \"canary\", \"text\": 5}}"),
            ] {
                let _ = read(&document);
            }
        }
    }
}

#[test]
fn depth_bombs_everywhere() {
    let depth = 30_000;
    let closed = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = format!("{}1{}", "{\"canary\":".repeat(5_000), "}".repeat(5_000));
    for bomb in [&closed, &objects] {
        assert!(
            read(&format!(r#"{{"text": "t", "ignored": {bomb}}}"#)).is_ok(),
            "what nobody reads may be as deep as it likes"
        );
        for field in ["text", "number", "list", "map", "inner"] {
            let document = format!(r#"{{"text": "t", "{field}": {bomb}}}"#);
            assert_eq!(read(&document).map(drop), Err(ErrorKind::Invalid), "{field}");
        }
        // serde_json has its own recursion limit.
        assert_eq!(read(&format!(r#"{{"text": "t", "anything": {bomb}}}"#)).map(drop), Err(ErrorKind::Invalid));
        let inside = format!(r#"{{"text": "t", "inner": {:?}}}"#, format!("{{\"number\": 1, \"x\": {bomb}}}"));
        assert_eq!(read(&inside).expect("ignored inside, too").inner.expect("there").number, 1);
    }
    assert_eq!(read(&"[".repeat(SIZE)).map(drop), Err(ErrorKind::NotJson));
}

#[test]
fn huge_numbers_are_read_exactly_or_refused() {
    let zeros = "0".repeat(SIZE);
    let cases = [
        (format!("1{zeros}"), None),
        (format!("-1{zeros}"), None),
        (format!("1e{zeros}9"), Some(1_000_000_000)),
        (format!("1e-{zeros}1"), None),
        (format!("1{zeros}e-{SIZE}"), Some(1)),
        (format!("0.{zeros}1e{}", SIZE + 1), Some(1)),
        (format!("1.{zeros}"), Some(1)),
        ("9223372036854775807".to_owned(), Some(i64::MAX)),
        ("9223372036854775808".to_owned(), None),
        ("-9223372036854775808.000".to_owned(), Some(i64::MIN)),
        ("1e999999999999999999999999".to_owned(), None),
        ("-0".to_owned(), Some(0)),
    ];
    for (number, expected) in cases {
        let read = read(&format!(r#"{{"text": "t", "number": {number}}}"#)).ok().map(|victim| victim.number);
        assert_eq!(read, expected, "{} characters", number.len());
    }
    assert_eq!(read(&format!(r#"{{"text": "t", "float": 1{zeros}}}"#)).map(drop), Err(ErrorKind::Invalid));
    let tiny = read(&format!(r#"{{"text": "t", "float": 0.{zeros}1}}"#)).expect("rounded to zero");
    assert!(tiny.float.abs() < f64::MIN_POSITIVE && !tiny.flag && tiny.list.is_empty() && tiny.map.is_empty());
}

#[test]
fn duplicate_keys_are_refused_wherever_they_are_read() {
    for document in [
        r#"{"text": "t", "text": "t"}"#,
        r#"{"text": "t", "x": 1, "x": 1}"#,
        r#"{"text": "t", "map": {"a": {}, "a": {}}}"#,
        r#"{"text": "t", "map": {"a": {"b": 1, "\u0062": 1}}}"#,
        r#"{"text": "t", "inner": "{\"number\": 1, \"number\": 1}"}"#,
    ] {
        assert_eq!(read(document).map(drop), Err(ErrorKind::Invalid), "{document}");
    }
    let many = format!("{{\"text\": \"t\"{}}}", ", \"canary\": 1".repeat(5_000));
    assert_eq!(read(&many).map(drop), Err(ErrorKind::Invalid));
}

#[test]
fn odd_characters_are_kept_or_refused() {
    let kept = read("{\"text\": \"\\u0000\u{feff}\\ud83d\\ude00\u{2028}\"}").expect("valid");
    assert_eq!(kept.text.expose_secret(), "\0\u{feff}😀\u{2028}");
    assert!(kept.anything.is_none());
    for document in [
        r#"{"text": "\ud83d"}"#,
        r#"{"text": "\ude00\ud83d"}"#,
        r#"{"text": "t", "\ud800": 1}"#,
        r#"{"text": "t", "map": {"\udfff": {}}}"#,
    ] {
        assert_eq!(read(document).map(drop), Err(ErrorKind::Invalid), "{document}");
    }
    for document in
        ["\u{feff}{\"text\": \"t\"}", "{\"text\": \"\0\"}", "{\"text\": \"\n\"}", "\0", "{\"text\": \"t\"}\0"]
    {
        assert_eq!(read(document).map(drop), Err(ErrorKind::NotJson), "{document:?}");
    }
}

#[test]
fn many_violations_are_told_up_to_a_limit() {
    let items = vec!["[true]"; 10_000].join(",");
    let error = Victim::from_json(&format!(r#"{{"text": "t", "list": [{items}]}}"#)).expect_err("wrong");
    assert_eq!(error.violations().len(), 100);
    assert!(error.to_string().starts_with("the secret does not fit Victim: 100 violations or more ("), "{error}");
}
