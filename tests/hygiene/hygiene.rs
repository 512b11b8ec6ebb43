//! The code that compiles under hostile conditions also works.

use secrets_hygiene::public;
use secrets_runtime::Secret;

#[test]
fn everything_is_read() {
    let json = r#"{"t": "a", "number": 3, "bytes": "AQID", "address": "::1", "anything": 1, "document": "{\"map\": {}}",
        "list": ["b"], "type": "x", "map": {"k": null}}"#;
    let everything = public::Everything::from_json(json).expect("valid");
    assert_eq!((everything.text.as_str(), everything.number, everything.bytes.len()), ("a", 3, 3));
    let error = public::Everything::from_json(r#"{"text": "c", "number": 0, "list": [""]}"#).expect_err("invalid");
    assert_eq!(error.violations().len(), 4, "{error}");
    let generic = public::Generic::<u8, 2>::from_json(r#"{"any": 1, "many": [2], "bytes": "0102"}"#).expect("valid");
    assert_eq!(generic.bytes, [1, 2]);
}
