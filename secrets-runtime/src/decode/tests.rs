//! The value for each JSON input: the table of the design, row by row.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use secrecy::{ExposeSecret, SecretString};

use super::Failure;
use crate::decode::{Json, Report};
use crate::secret::SecretValue;
use secrets_shape::shape::Coercion;
use secrets_shape::wire::Format;

/// Reads `json` as a document, or as a `strict` field.
fn read<T: SecretValue>(json: &str, coercion: Coercion) -> Result<T, String> {
    let told = |failure| match failure {
        Failure::Invalid(violations) => violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        Failure::NotJson(reason) => reason.to_string(),
    };
    if coercion == Coercion::FromString {
        return super::read_with(json, Format::Json, &T::SHAPE, T::decode).map_err(told);
    }
    let mut report = Report::default();
    let document = super::parse(json).map_err(|reason| reason.to_string())?;
    T::decode(&Json::coerced(&document, coercion), &mut report)
        .map_err(|_| told(Failure::Invalid(report.into_violations())))
}

#[track_caller]
fn accepts<T: SecretValue + PartialEq + Debug>(json: &str, value: &T) {
    assert_eq!(read::<T>(json, Coercion::FromString).as_ref(), Ok(value), "{json}");
    assert_eq!(read::<T>(json, Coercion::None).as_ref(), Ok(value), "{json}, strict");
}

/// Accepted as a coercion, refused if coercion is off.
#[track_caller]
fn coerces<T: SecretValue + PartialEq + Debug>(json: &str, value: &T, strict: &str) {
    assert_eq!(read::<T>(json, Coercion::FromString).as_ref(), Ok(value), "{json}");
    assert_eq!(read::<T>(json, Coercion::None).expect_err("refused"), strict, "{json}, strict");
}

/// A string that spells no value of the type.
#[track_caller]
fn misspelt<T: SecretValue + PartialEq + Debug>(json: &str, strict: &str) {
    let told = format!("{strict} that does not spell one");
    for coercion in [Coercion::FromString, Coercion::Lenient] {
        assert_eq!(read::<T>(json, coercion).expect_err("refused"), told, "{json}, {coercion:?}");
    }
    assert_eq!(read::<T>(json, Coercion::None).expect_err("refused"), strict, "{json}, strict");
}

/// A string that spells a value with extra characters.
#[track_caller]
fn lenient<T: SecretValue + PartialEq + Debug>(json: &str, value: &T, strict: &str) {
    let told = format!("{strict} with spaces, zeros or capitals that only `lenient` reads");
    assert_eq!(read::<T>(json, Coercion::FromString).expect_err("refused"), told, "{json}");
    assert_eq!(read::<T>(json, Coercion::None).expect_err("refused"), strict, "{json}, strict");
    assert_eq!(read::<T>(json, Coercion::Lenient).as_ref(), Ok(value), "{json}, lenient");
}

/// An empty string, which leniently counts as absent.
#[track_caller]
fn nothing<T: SecretValue + PartialEq + Debug>(kind: &str) {
    for json in [r#""""#, r#"" \n""#] {
        let told = format!("expected {kind}, found an empty string, which only `lenient` takes, for an absent value");
        assert_eq!(read::<T>(json, Coercion::FromString).expect_err("refused"), told);
        assert_eq!(read::<Option<T>>(json, Coercion::FromString).expect_err("refused"), told);
        assert_eq!(read::<Option<T>>(json, Coercion::Lenient), Ok(None));
    }
}

#[track_caller]
fn refuses<T: SecretValue + PartialEq + Debug>(json: &str, message: &str) {
    assert_eq!(read::<T>(json, Coercion::FromString).expect_err("refused"), message, "{json}");
    assert_eq!(read::<T>(json, Coercion::None).expect_err("refused"), message, "{json}, strict");
}

#[test]
fn a_string_becomes_text() {
    accepts(r#""a""#, &"a".to_owned());
    accepts(r#""""#, &String::new());
    accepts(r#""5432""#, &"5432".to_owned());
    accepts(r#""a\u0000\ud83d\ude00""#, &"a\0😀".to_owned());
    let secret: SecretString = read(r#""s\n""#, Coercion::FromString).expect("a string");
    assert_eq!(secret.expose_secret(), "s\n");
}

#[test]
fn nothing_else_becomes_text() {
    for (json, found) in
        [("5432", "a number"), ("true", "a boolean"), ("null", "null"), ("[]", "an array"), ("{}", "an object")]
    {
        refuses::<String>(json, &format!("expected a string, found {found}"));
        let secret = read::<SecretString>(json, Coercion::FromString).map(|_| ());
        assert_eq!(secret.expect_err("refused"), format!("expected a string, found {found}"));
    }
    refuses::<String>(r#""\ud83d""#, "expected a string, found a string with half of a surrogate pair");
}

#[test]
fn a_number_becomes_an_integer_by_its_exact_value() {
    for json in ["5432", "5432.0", "5.432e3", "54320e-1"] {
        accepts(json, &5432_u16);
    }
    accepts("-0", &0_u8);
    accepts("18446744073709551615", &u64::MAX);
    accepts("-9223372036854775808", &i64::MIN);
    accepts("9007199254740993.0", &9_007_199_254_740_993_i64);
    for json in ["65536", "-1", "0.5", "1e5", "1e999999999999"] {
        refuses::<u16>(json, "expected an integer from 0 to 65535, found a number that does not fit");
    }
    refuses::<i8>("-129", "expected an integer from -128 to 127, found a number that does not fit");
    refuses::<u16>("true", "expected an integer from 0 to 65535, found a boolean");
}

#[test]
fn a_string_of_digits_becomes_an_integer_unless_strict() {
    let strict = "expected an integer from 0 to 65535, found a string";
    coerces(r#""5432""#, &5432_u16, strict);
    coerces(r#""\u0035""#, &5_u16, strict);
    coerces(r#""-0""#, &0_u16, strict);
    coerces(r#""-5""#, &-5_i8, "expected an integer from -128 to 127, found a string");
    for json in [r#""+5""#, r#""5.0""#, r#""5e0""#, r#""5 4""#] {
        misspelt::<u16>(json, strict);
    }
    for json in [r#""65536""#, r#""-1""#] {
        let told = "expected an integer from 0 to 65535, found a string that spells a number that does not fit";
        assert_eq!(read::<u16>(json, Coercion::FromString).expect_err("out of range"), told, "{json}");
    }
    for json in [r#""05432""#, r#"" 5432""#, r#""5432\n""#, r#""\t005432 ""#] {
        lenient::<u16>(json, &5432, strict);
    }
    nothing::<u16>("an integer from 0 to 65535");
}

#[test]
fn a_finite_number_becomes_a_float() {
    accepts("0.5", &0.5_f64);
    accepts("1e308", &1e308_f64);
    accepts("5", &5.0_f32);
    accepts("1e-999", &0.0_f64);
    refuses::<f64>("1e309", "expected a number, found a number that does not fit");
    refuses::<f32>("1e39", "expected a number, found a number that does not fit");
    refuses::<f64>("null", "expected a number, found null");
}

#[test]
fn a_string_in_the_number_grammar_becomes_a_float_unless_strict() {
    let strict = "expected a number, found a string";
    coerces(r#""0.5""#, &0.5_f64, strict);
    coerces(r#""-1e3""#, &-1000.0_f32, strict);
    for json in [r#"".5""#, r#""+1""#, r#""NaN""#, r#""inf""#, r#""0x1""#] {
        misspelt::<f64>(json, strict);
    }
    lenient::<f64>(r#"" 01.5""#, &1.5, strict);
    nothing::<f64>("a number");
}

#[test]
fn true_and_false_become_a_boolean() {
    accepts("true", &true);
    accepts("false", &false);
    let strict = "expected true or false, found a string";
    coerces(r#""true""#, &true, strict);
    coerces(r#""false""#, &false, strict);
    for json in [r#""1""#, r#""yes""#] {
        misspelt::<bool>(json, strict);
    }
    lenient::<bool>(r#""True""#, &true, strict);
    lenient::<bool>(r#"" FALSE\n""#, &false, strict);
    nothing::<bool>("true or false");
    refuses::<bool>("1", "expected true or false, found a number");
}

#[test]
fn null_becomes_none() {
    accepts::<Option<u16>>("null", &None);
    accepts("1", &Some(1_u16));
    coerces(r#""1""#, &Some(1_u16), "expected an integer from 0 to 65535, found a string");
    refuses::<Option<u16>>("true", "expected an integer from 0 to 65535, found a boolean");
    assert_eq!(<Option<u16>>::absent(), Some(None));
    assert_eq!(<Box<Option<u16>>>::absent(), Some(Box::new(None)));
    assert!(u16::absent().is_none() && <Vec<u16>>::absent().is_none());
}

#[test]
fn an_array_becomes_a_vector() {
    accepts("[]", &Vec::<u8>::new());
    accepts(" [1 , 2.0] ", &vec![1_u8, 2]);
    accepts("[[1],[]]", &vec![vec![1_u8], vec![]]);
    accepts("[null,1]", &vec![None, Some(1_u8)]);
    coerces(r#"["1"]"#, &vec![1_u8], "[0]: expected an integer from 0 to 255, found a string");
    refuses::<Vec<u8>>(
        r"[1,[],null]",
        "[1]: expected an integer from 0 to 255, found an array; [2]: expected an integer from 0 to 255, found null",
    );
    refuses::<Vec<u8>>("{}", "expected an array, found an object");
}

#[test]
fn an_object_becomes_a_map_and_its_keys_are_not_told() {
    let map = BTreeMap::from([("a".to_owned(), 1_u8), ("é".to_owned(), 2)]);
    accepts(r#"{"a":1,"\u00e9":2}"#, &map);
    accepts("{}", &HashMap::<String, u8>::new());
    coerces(
        r#"{"canary":"1"}"#,
        &BTreeMap::from([("canary".to_owned(), 1_u8)]),
        "*: expected an integer from 0 to 255, found a string",
    );
    refuses::<BTreeMap<String, u8>>(r#"{"canary":null}"#, "*: expected an integer from 0 to 255, found null");
    refuses::<HashMap<String, u8>>(r#"{"canary":1,"canary":1}"#, "*: expected every key once, found a key twice");
    refuses::<BTreeMap<String, u8>>(r#"{"a":1,"\u0061":1}"#, "*: expected every key once, found a key twice");
    refuses::<BTreeMap<String, u8>>("[]", "expected an object, found an array");
}

#[test]
fn what_is_not_json_is_told_without_repeating_it() {
    let cases = [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("\u{feff}{}", "it begins with a byte order mark"),
        ("nullify", "it is plain text"),
        ("12345 canary", "it is plain text"),
        ("\"canary", "it is plain text"),
        (r#"{"a":1"#, "it ends before its object does"),
        ("{\"a\":1,\n}", "line 2, column 1: expected a key in double quotes"),
        ("\n\r\n{\"a\":1,\n}", "line 4, column 1: expected a key in double quotes"),
        (r#"{"a":1} canary"#, "line 1, column 9: expected the end of the text"),
        (r#"{"a":01}"#, "line 1, column 7: expected `,` or `}`"),
        (r#"   {"a":01}"#, "line 1, column 10: expected `,` or `}`"),
        (
            "{\"a\":\"\u{1}\"}",
            "line 1, column 7: expected no line break or control character in a string; write `\\n` for one",
        ),
        (r#"{"a":"x\y"}"#, "line 1, column 9: expected an escape such as `\\n`, or `\\\\` for a backslash"),
        (r#"{"a":"\u00g0"}"#, "line 1, column 11: expected four hexadecimal digits after `\\u`"),
        (r"{'a':1}", "line 1, column 2: expected a key in double quotes"),
        (r#"{"a" 1}"#, "line 1, column 6: expected `:` after the key"),
        (r#"{"a":1 "b":2}"#, "line 1, column 8: expected `,` or `}`"),
        (r#"{"a":[1 2]}"#, "line 1, column 9: expected `,` or `]`"),
        (r#"{"a":}"#, "line 1, column 6: expected a value"),
        (r#"{"a":tru}"#, "line 1, column 9: expected `true`, `false` or `null`"),
        (r#"{"a":1.}"#, "line 1, column 8: expected a digit"),
    ];
    for (json, reason) in cases {
        assert_eq!(
            read::<BTreeMap<String, String>>(json, Coercion::FromString).expect_err("refused"),
            reason,
            "{json}"
        );
    }
}

#[test]
fn a_key_with_half_of_a_surrogate_pair_is_a_violation_that_hides_no_other() {
    refuses::<BTreeMap<String, u8>>(
        r#"{"\ud800":1,"a":null}"#,
        "*: expected a key of Unicode text, found half of a surrogate pair; \
         *: expected an integer from 0 to 255, found null",
    );
}

#[test]
fn depth_is_no_danger() {
    let bomb = format!(r#"{{"a":{}"#, "[".repeat(60_000));
    assert_eq!(
        read::<BTreeMap<String, u8>>(&bomb, Coercion::FromString).expect_err("refused"),
        "it ends before its object does"
    );
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(
        read::<BTreeMap<String, u8>>(&deep, Coercion::FromString).expect_err("refused"),
        "*: expected an integer from 0 to 255, found an array"
    );
}
