//! The effect of each attribute, through `from_json`.

use std::collections::BTreeMap;

use secrets_runtime::{Error, ErrorKind, ExposeSecret, Secret, SecretString};

/// The violations of a document, one per line.
#[track_caller]
fn violations<T: Secret>(json: &str) -> String {
    let error = T::from_json(json).map(|_| ()).expect_err(json);
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    error.violations().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The document that the README describes.
mod rds {
    use super::*;

    #[derive(Secret)]
    struct OrdersDb {
        username: String,
        #[secret(length(min = 12))]
        password: SecretString,
        #[secret(public)]
        host: String,
        #[secret(public, default = 5432, range(1..=65535))]
        port: u16,
        #[secret(rename = "dbname", public)]
        database: Option<String>,
    }

    #[test]
    fn the_template_writes_a_number_and_the_console_a_string() {
        for port in ["5432", "\"5432\""] {
            let json = format!(
                r#"{{"engine": "postgres", "username": "orders", "password": "0123456789ab", "host": "db", "port": {port}}}"#
            );
            let db = OrdersDb::from_json(&json).expect("valid");
            assert_eq!((db.username.as_str(), db.host.as_str(), db.port, db.database), ("orders", "db", 5432, None));
            assert_eq!(db.password.expose_secret(), "0123456789ab");
        }
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let json = r#"{"Username": "orders", "password": "short", "host": true, "port": 0, "dbname": 5}"#;
        assert_eq!(
            violations::<OrdersDb>(json),
            "username: expected a string, found nothing, but the similar key \"Username\"\n\
             password: expected a string of at least 12 characters, found a shorter one\n\
             host: expected a string, found a boolean\n\
             port: expected an integer from 1 to 65535, found a number that does not fit\n\
             dbname: expected a string, found a number"
        );
    }

    #[test]
    fn the_report_says_what_to_do() {
        let error = OrdersDb::from_json(r#"{"username": "orders", "host": "db"}"#).expect_err("no password");
        assert_eq!(
            error.to_string(),
            "the secret does not fit OrdersDb: 1 violation (\
             password: expected a string of at least 12 characters, found nothing); \
             help: correct the secret's value, or change the struct"
        );
        assert_eq!(
            format!("{error:?}"),
            "the secret does not fit OrdersDb: 1 violation\n  \
             password: expected a string of at least 12 characters, found nothing\n\
             help: correct the secret's value, or change the struct",
            "what `main` prints"
        );
    }
}

#[derive(Secret)]
#[secret(rename_all = "camelCase")]
struct Renamed {
    db_name: String,
    #[secret(rename = "HOST")]
    db_host: String,
    r#type: String,
}

#[test]
fn keys_are_renamed() {
    let renamed = Renamed::from_json(r#"{"dbName": "a", "HOST": "b", "type": "c"}"#).expect("valid");
    assert_eq!([renamed.db_name, renamed.db_host, renamed.r#type], ["a", "b", "c"]);
    assert_eq!(
        violations::<Renamed>(r#"{"db_name": "a", "host": "b", "type": "c"}"#),
        "dbName: expected a string, found nothing, but the similar key \"db_name\"\n\
         HOST: expected a string, found nothing, but the similar key \"host\""
    );
}

#[derive(Secret)]
struct Aliased {
    #[secret(alias = "user", alias = "login")]
    username: u16,
}

#[test]
fn an_alias_is_another_spelling_of_one_key() {
    for key in ["username", "user", "login", "\\u0075ser"] {
        assert_eq!(Aliased::from_json(&format!(r#"{{"{key}": 7}}"#)).expect("valid").username, 7);
    }
    assert_eq!(
        violations::<Aliased>(r#"{"login": "x"}"#),
        "login: expected an integer from 0 to 65535, found a string that does not spell one"
    );
    assert_eq!(violations::<Aliased>("{}"), "username: expected an integer from 0 to 65535, found nothing");
}

#[test]
fn a_key_given_twice_is_not_guessed_between() {
    assert_eq!(
        violations::<Aliased>(r#"{"username": 1, "username": 1}"#),
        "username: expected the key once, found it twice"
    );
    assert_eq!(
        violations::<Aliased>(r#"{"user": 1, "login": 1}"#),
        "user: expected one of the keys username, user, login, found two of them"
    );
    assert_eq!(
        violations::<Aliased>(r#"{"username": 1, "x": 1, "y": 2, "x": 1}"#),
        "expected every key once, found a key twice"
    );
}

#[derive(Secret)]
struct Defaults {
    #[secret(default)]
    retries: u8,
    #[secret(default = "postgres")]
    engine: String,
    #[secret(default = "s3cret")]
    token: SecretString,
    #[secret(default = vec![1, 2])]
    list: Vec<u8>,
    #[secret(default = Some(5))]
    maybe: Option<u8>,
    #[secret(default = 5, range(1..=9))]
    bounded: u8,
}

#[test]
fn a_default_stands_in_for_an_absent_or_null_key() {
    for json in ["{}", r#"{"retries": null, "engine": null, "token": null, "list": null, "bounded": null}"#] {
        let Defaults { retries, engine, token, list, maybe, bounded } = Defaults::from_json(json).expect("valid");
        assert_eq!(
            (retries, engine.as_str(), list.as_slice(), maybe, bounded),
            (0, "postgres", &[1, 2][..], Some(5), 5)
        );
        assert_eq!(token.expose_secret(), "s3cret");
    }
    assert_eq!(Defaults::from_json(r#"{"maybe": null}"#).expect("valid").maybe, None, "an explicit null is none");
    let wrong = r#"{"retries": "x", "bounded": 10}"#;
    assert_eq!(
        violations::<Defaults>(wrong),
        "retries: expected an integer from 0 to 255, found a string that does not spell one\n\
         bounded: expected an integer from 1 to 9, found a number that does not fit"
    );
}

#[derive(Secret)]
#[secret(default)]
struct ContainerDefault {
    host: String,
    #[secret(default = 9)]
    port: u16,
}

impl Default for ContainerDefault {
    fn default() -> Self {
        Self { host: "localhost".to_owned(), port: 1 }
    }
}

#[test]
fn a_containers_default_gives_the_fields_that_have_none_of_their_own() {
    let ContainerDefault { host, port } = ContainerDefault::from_json("{}").expect("valid");
    assert_eq!((host.as_str(), port), ("localhost", 9));
}

#[derive(Secret)]
#[secret(strict)]
struct Strict {
    ports: Option<Vec<u16>>,
    flags: BTreeMap<String, bool>,
    nested: Lenient,
}

#[derive(Secret)]
struct Lenient {
    number: u16,
    #[secret(strict, default = 1)]
    strict: u16,
}

#[test]
fn strict_reaches_through_containers_and_stops_at_another_derived_type() {
    let nested = r#""nested": {"number": "5"}"#;
    let strict = Strict::from_json(&format!(r#"{{"ports": [1], "flags": {{"a": true}}, {nested}}}"#)).expect("valid");
    assert_eq!((strict.ports, strict.flags["a"], strict.nested.number), (Some(vec![1]), true, 5));
    assert_eq!(strict.nested.strict, 1);
    assert_eq!(
        violations::<Strict>(&format!(r#"{{"ports": ["1"], "flags": {{"a": "true"}}, {nested}}}"#)),
        "ports[0]: expected an integer from 0 to 65535, found a string\n\
         flags.*: expected true or false, found a string"
    );
    assert_eq!(
        violations::<Lenient>(r#"{"number": "1", "strict": "1"}"#),
        "strict: expected an integer from 0 to 65535, found a string"
    );
}

#[derive(Secret)]
#[secret(deny_unknown_fields)]
struct Closed {
    #[secret(alias = "pass")]
    password: Option<String>,
}

#[test]
fn an_unknown_key_is_named_only_where_it_is_close_to_a_declared_one() {
    assert!(Closed::from_json(r#"{"pass": "x"}"#).expect("valid").password.is_some());
    assert_eq!(
        violations::<Closed>(r#"{"other": 1, "another": 2}"#),
        "expected no keys but password, pass, found an unknown key"
    );
    assert_eq!(
        violations::<Closed>(r#"{"other": 1, "passwrod": 2}"#),
        "expected the key \"password\", found \"passwrod\"\n\
         expected no keys but password, pass, found an unknown key"
    );
}

#[test]
fn no_key_is_unknown_where_a_map_takes_the_rest() {
    #[derive(Secret)]
    #[secret(deny_unknown_fields)]
    struct Open {
        password: String,
        #[secret(flatten)]
        others: BTreeMap<String, u8>,
    }

    let open = Open::from_json(r#"{"password": "x", "passwrod": 1, "other": 2}"#).expect("valid");
    assert_eq!((open.password.len(), open.others.len()), (1, 2));
}

#[test]
fn how_many_values_there_are_is_as_secret_as_they_are() {
    #[derive(Secret)]
    #[expect(dead_code, reason = "only shown")]
    struct Tokens {
        one: Option<String>,
        none: Option<String>,
        many: Vec<String>,
        few: Option<Vec<SecretString>>,
        // Redacts itself.
        nested: Option<Vec<Closed>>,
    }

    let tokens = Tokens::from_json(r#"{"one": "a", "many": ["b", "c"], "few": ["d"], "nested": [{"pass": "e"}]}"#);
    let hidden = "Tokens { one: [REDACTED], none: [REDACTED], many: [REDACTED], few: [REDACTED], \
                  nested: Some([Closed { password: [REDACTED] }]) }";
    assert_eq!(format!("{:?}", tokens.expect("valid")), hidden);
}

#[derive(Secret)]
struct Ruled {
    #[secret(range(min = -1.5, max = 1.5))]
    ratio: Option<f64>,
    #[secret(range(..=-1))]
    negative: Option<i64>,
    #[secret(length(2..=3))]
    text: Option<String>,
    #[secret(length(..=2))]
    list: Option<Vec<u8>>,
    #[secret(length(1..))]
    map: Option<BTreeMap<String, u8>>,
}

#[test]
fn a_rule_holds_for_the_value_inside_an_option() {
    let fine = r#"{"ratio": 1.5, "negative": -1, "text": "äöü", "list": [1, 2], "map": {"a": 1}}"#;
    let Ruled { ratio, negative, text, list, map } = Ruled::from_json(fine).expect("valid");
    assert!(ratio.is_some() && negative.is_some() && text.is_some() && list.is_some() && map.is_some());
    Ruled::from_json("{}").expect("rules are for what is there");
    assert_eq!(
        violations::<Ruled>(r#"{"ratio": "1.6", "negative": 0, "text": "a", "list": [1, 2, 3], "map": {}}"#),
        "ratio: expected a number from -1.5 to 1.5, found a number that does not fit\n\
         negative: expected an integer from -9223372036854775808 to -1, found a larger number\n\
         text: expected a string of 2 to 3 characters, found one of a different length\n\
         list: expected an array of at most 2 items, found a longer one\n\
         map: expected an object of at least 1 key, found a shorter one"
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_told_what_the_rules_want() {
    assert_eq!(
        violations::<Ruled>(r#"{"text": 5, "list": [true]}"#),
        "text: expected a string of 2 to 3 characters, found a number\n\
         list[0]: expected an integer from 0 to 255, found a boolean"
    );
}

#[derive(Secret)]
struct Pair<A, B> {
    first: A,
    #[secret(public)]
    second: Vec<B>,
}

#[test]
fn a_generic_struct_composes() {
    let pair =
        Pair::<u8, Option<Lenient>>::from_json(r#"{"first": 1, "second": [null, {"number": 2}]}"#).expect("valid");
    assert_eq!(
        format!("{pair:?}"),
        "Pair { first: [REDACTED], second: [None, Some(Lenient { number: [REDACTED], strict: [REDACTED] })] }"
    );
    assert_eq!((pair.first, pair.second.len()), (1, 2));
}

#[derive(Secret)]
struct Deep {
    replicas: Vec<Replica>,
    tenants: BTreeMap<String, Box<Replica>>,
}

#[derive(Secret)]
struct Replica {
    #[secret(public)]
    host: String,
}

#[test]
fn a_path_is_exact_and_names_no_key_of_a_map() {
    let json = r#"{"replicas": [{"host": "a"}, {"host": 1}, 5], "tenants": {"acme": {"host": null}}}"#;
    assert_eq!(
        violations::<Deep>(json),
        "replicas[1].host: expected a string, found a number\n\
         replicas[2]: expected an object, found a number\n\
         tenants.*.host: expected a string, found null"
    );
    let deep = Deep::from_json(r#"{"replicas": [{"host": "a"}], "tenants": {"acme": {"host": "b"}}}"#).expect("valid");
    assert_eq!(format!("{deep:?}"), r#"Deep { replicas: [Replica { host: "a" }], tenants: [REDACTED] }"#);
    assert_eq!((deep.replicas[0].host.as_str(), deep.tenants["acme"].host.as_str()), ("a", "b"));
}

#[derive(Secret)]
struct Empty {}

#[test]
fn a_struct_without_fields_reads_any_object() {
    assert_eq!(format!("{:?}", Empty::from_json(r#" {"a": 1} "#).expect("valid")), "Empty");
    assert_eq!(violations::<Empty>("[]"), "expected an object, found an array");
}

#[test]
fn surrounding_white_space_is_no_part_of_a_document() {
    Empty::from_json("\r\n\t {} \n").expect("valid");
    let error: Error = Empty::from_json("\u{a0}{}").expect_err("no JSON white space");
    assert_eq!(error.kind(), ErrorKind::NotJson);
}
