//! Further declarations: codecs, enums, plain text, flattening, validation functions.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use secrets_runtime::{
    ErrorKind, ExposeSecret, Secret, SecretSlice, SecretString, SecretValue, Secrets, source::Memory,
};

/// The violations of a document, one per line.
#[track_caller]
fn violations<T: Secret>(json: &str) -> String {
    let error = T::from_json(json).map(|_| ()).expect_err(json);
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    error.violations().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[derive(Secret)]
struct Judged {
    #[secret(pattern = r"^[a-z]+-\d{2}$")]
    name: Option<String>,
    #[secret(one_of("disable", "require"))]
    ssl: Option<SecretString>,
    #[secret(each(range(1..=9)), length(1..))]
    digits: Option<Vec<u8>>,
    #[secret(each(length(min = 2), pattern = "^.+$"))]
    tokens: Option<BTreeMap<String, String>>,
    #[secret(each(each(one_of("a"))))]
    nested: Option<Vec<Vec<String>>>,
    #[secret(custom = even)]
    even: Option<u16>,
    #[secret(custom = all_even)]
    all_even: Option<Vec<u16>>,
    #[secret(custom = no_space)]
    text: Option<SecretString>,
}

fn no_space(text: &str) -> Result<(), &'static str> {
    if text.contains(' ') { Err("a text without spaces") } else { Ok(()) }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "what `custom` takes")]
fn even(number: &u16) -> Result<(), &'static str> {
    if number.is_multiple_of(2) { Ok(()) } else { Err("an even number") }
}

fn all_even(numbers: &[u16]) -> Result<(), &'static str> {
    numbers.iter().try_for_each(even)
}

#[test]
fn rules_judge_what_is_there() {
    let fine = r#"{"name": "db-01", "ssl": "require", "digits": [1, "9"], "tokens": {"x": "é\u2029"}, "nested": [["a"], []],
        "even": 2, "all_even": [2, 4], "text": "a"}"#;
    let fine = fine.replace("\\u2029", "x");
    let Judged { name, ssl, digits, tokens, nested, even, all_even, text } = Judged::from_json(&fine).expect("valid");
    assert!(name.is_some() && ssl.is_some() && digits.is_some() && tokens.is_some() && nested.is_some());
    assert!(even.is_some() && all_even.is_some() && text.is_some());
    Judged::from_json("{}").expect("nothing to judge");
}

#[test]
fn a_broken_rule_names_what_all_of_them_ask_for() {
    let wrong = r#"{"name": "db-1", "ssl": "prefer", "digits": [1, 10, 0, true], "tokens": {"canary": "x"},
        "nested": [["a", "b"]], "even": 3, "all_even": [1], "text": "a b"}"#;
    assert_eq!(
        violations::<Judged>(wrong),
        "name: expected a string that matches ^[a-z]+-\\d{2}$, found a string that does not match\n\
         ssl: expected \"disable\" or \"require\", found a string that is not one of them\n\
         digits[3]: expected an integer from 1 to 9, found a boolean\n\
         tokens.*: expected a string of at least 2 characters that matches ^.+$, found a shorter one\n\
         nested[0][1]: expected \"a\", found a string that is not one of them\n\
         even: expected an even number\n\
         all_even: expected an even number\n\
         text: expected a text without spaces"
    );
    assert_eq!(
        violations::<Judged>(r#"{"digits": [1, 10, 0]}"#),
        "digits[1]: expected an integer from 1 to 9, found a number that does not fit\n\
         digits[2]: expected an integer from 1 to 9, found a number that does not fit"
    );
    // A line terminator that Rust's `.` matches and JSON Schema's does not.
    assert_eq!(violations::<Judged>(r#"{"tokens": {"x": "\u2028\r"}}"#).lines().count(), 1);
}

#[derive(Secret)]
struct Coded {
    #[secret(from_str, public)]
    address: IpAddr,
    #[secret(from_str)]
    maybe: Option<IpAddr>,
    #[secret(from_str, default)]
    peers: Vec<Option<IpAddr>>,
    #[secret(base64, length(3))]
    key: Vec<u8>,
    #[secret(hex)]
    digest: [u8; 2],
    #[secret(base64)]
    hidden: Option<SecretSlice<u8>>,
    #[secret(json)]
    inner: Inner,
    #[secret(json)]
    maybe_inner: Option<Inner>,
    #[secret(serde)]
    anything: HashMap<String, (u8, bool)>,
    #[secret(serde)]
    maybe_anything: Option<Duration>,
}

#[derive(Secret)]
struct Inner {
    #[secret(public)]
    token: u16,
}

const CODED: &str = r#"{"address": "10.0.0.1", "peers": ["::1", null], "key": "AQID", "digest": "fF00", "hidden": "/+8=",
    "inner": " {\"token\": 5} ", "anything": {"a": [1, true]}}"#;

#[test]
fn a_string_is_read_in_another_form() {
    let coded = Coded::from_json(CODED).expect("valid");
    assert_eq!((coded.address.to_string().as_str(), coded.maybe, coded.peers.len()), ("10.0.0.1", None, 2));
    assert_eq!((coded.key.as_slice(), coded.digest), (&[1, 2, 3][..], [0xff, 0]));
    assert_eq!(coded.hidden.as_ref().map(|key| key.expose_secret().to_vec()), Some(vec![0xff, 0xef]));
    assert_eq!((coded.inner.token, coded.maybe_inner.is_none(), coded.anything["a"]), (5, true, (1, true)));
    assert_eq!(coded.maybe_anything, None);
    assert_eq!(
        format!("{coded:?}"),
        "Coded { address: 10.0.0.1, maybe: [REDACTED], peers: [REDACTED], key: [REDACTED], digest: [REDACTED], \
         hidden: [REDACTED], inner: Inner { token: 5 }, maybe_inner: None, anything: [REDACTED], \
         maybe_anything: [REDACTED] }"
    );
}

#[test]
fn what_the_form_does_not_fit_is_refused_without_repeating_it() {
    let wrong = r#"{"address": "canary", "maybe": 5, "peers": ["canary"], "key": "AQI", "digest": "fF", "hidden": "-_8=",
        "inner": "canary", "maybe_inner": "{\"token\": true}", "anything": {"a": "canary"}, "maybe_anything": "canary"}"#;
    assert_eq!(
        violations::<Coded>(wrong),
        "address: expected a string that is a valid IpAddr, found a string that does not fit\n\
         maybe: expected a string that is a valid IpAddr, found a number, which `from_str(number)` reads\n\
         peers[0]: expected a string that is a valid IpAddr, found a string that does not fit\n\
         key: expected a base64 string of 3 bytes, found base64 without padding, which the option `unpadded` reads\n\
         digest: expected a string of hexadecimal digits, found a string that does not fit\n\
         hidden: expected a base64 string, found base64 of the URL-safe alphabet, which the option `url` reads\n\
         inner: expected a string with JSON in it: an object, found a string that does not fit\n\
         maybe_inner.token: expected an integer from 0 to 65535, found a boolean\n\
         anything: expected a value that HashMap can be deserialized from, found an object\n\
         maybe_anything: expected a value that Option can be deserialized from, found a string"
    );
    let missing = violations::<Coded>("{}");
    assert!(missing.contains("key: expected a base64 string of 3 bytes, found nothing"), "{missing}");
    assert!(missing.contains("anything: expected a value that its type reads, found nothing"), "{missing}");
}

#[derive(Secret, PartialEq, Eq)]
#[secret(rename_all = "kebab-case")]
enum SslMode {
    Disable,
    VerifyFull,
    #[secret(rename = "REQUIRE")]
    Require,
}

#[derive(Secret)]
struct WithNames {
    mode: SslMode,
    #[secret(public, default = SslMode::Disable)]
    fallback: SslMode,
}

#[test]
fn a_unit_enum_is_exactly_one_of_its_names() {
    let modes = WithNames::from_json(r#"{"mode": "verify-full", "fallback": "REQUIRE"}"#).expect("valid");
    assert!(modes.mode == SslMode::VerifyFull && modes.fallback == SslMode::Require);
    assert_eq!(format!("{modes:?}"), "WithNames { mode: [REDACTED], fallback: Require }");
    assert_eq!(
        violations::<WithNames>(r#"{"mode": "VerifyFull", "fallback": 5}"#),
        "mode: expected \"disable\", \"verify-full\" or \"REQUIRE\", found a string that is not one of them\n\
         fallback: expected \"disable\", \"verify-full\" or \"REQUIRE\", found a number"
    );
}

#[derive(Secret)]
#[secret(id = "engine", tag = "engine", rename_all = "lowercase", deny_unknown_fields, validate = a_host_that_is_set)]
enum Database {
    Postgres {
        #[secret(public)]
        host: String,
        #[secret(default = 5432, range(min = 1))]
        port: u16,
        #[secret(skip, public)]
        attempts: u8,
    },
    Sqlite {
        path: SecretString,
    },
    None,
}

fn a_host_that_is_set(database: &Database) -> Result<(), &'static str> {
    match database {
        Database::Postgres { host, .. } if host.is_empty() => Err("a host that is not empty"),
        _ => Ok(()),
    }
}

#[test]
fn a_tag_tells_the_variants_apart() {
    let shown = |json: &str| format!("{:?}", Database::from_json(json).expect(json));
    assert_eq!(
        shown(r#"{"host": "db", "engine": "postgres"}"#),
        r#"Postgres { host: "db", port: [REDACTED], attempts: 0 }"#
    );
    assert_eq!(shown(r#"{"engine": "sqlite", "path": "/x"}"#), "Sqlite { path: [REDACTED] }");
    assert_eq!(shown(r#"{"engine": "none"}"#), "None");
    let read = Database::from_json(r#"{"engine": "postgres", "host": "db", "port": 1}"#).expect("valid");
    assert!(matches!(read, Database::Postgres { port: 1, attempts: 0, .. }));
    let read = Database::from_json(r#"{"engine": "sqlite", "path": "/x"}"#).expect("valid");
    assert!(matches!(read, Database::Sqlite { path } if path.expose_secret() == "/x"));
    let cases = [
        ("{}", "engine: expected \"postgres\", \"sqlite\" or \"none\", found nothing"),
        (r#"{"engine": 5}"#, "engine: expected \"postgres\", \"sqlite\" or \"none\", found a number"),
        (
            r#"{"engine": "canary"}"#,
            "engine: expected \"postgres\", \"sqlite\" or \"none\", found a string that is not one of them",
        ),
        (r#"{"engine": "sqlite", "path": 5}"#, "path: expected a string, found a number"),
        (r#"{"engine": "none", "canary": 5}"#, "expected no keys but engine, found an unknown key"),
        (r#"{"engine": "none", "engine": "none"}"#, "engine: expected the key once, found it twice"),
        (r#"{"engine": "postgres", "host": ""}"#, "expected a host that is not empty"),
        (
            r#"{"engine": "postgres", "host": "x", "port": 0}"#,
            "port: expected an integer from 1 to 65535, found a smaller number",
        ),
    ];
    for (json, message) in cases {
        assert_eq!(violations::<Database>(json), message, "{json}");
    }
}

#[derive(Secret)]
#[secret(id = "api-key", text)]
struct ApiKey(#[secret(length(min = 5), pattern = "^sk_")] SecretString);

#[derive(Secret)]
#[secret(text, trim = false, allow_empty)]
struct Untrimmed {
    text: String,
}

#[derive(Secret)]
struct WithText {
    key: ApiKey,
    other: Option<Untrimmed>,
}

#[tokio::test]
async fn a_secret_may_be_plain_text() {
    let secrets = Secrets::new(Memory::new().with("api-key", "sk_{\"a\"\n\r\n"));
    let key = secrets.load::<ApiKey>().await.expect("valid");
    assert_eq!(key.0.expose_secret(), "sk_{\"a\"\n", "one line end is trimmed");
    assert_eq!(format!("{key:?}"), "ApiKey([REDACTED])");
    let text = Untrimmed::from_json("\"quoted\" \n").expect("any text");
    assert_eq!((text.text.as_str(), format!("{text:?}").as_str()), ("\"quoted\" \n", "Untrimmed { text: [REDACTED] }"));
    let message = "expected a string of at least 5 characters that matches ^sk_, found a shorter one";
    assert_eq!(violations::<ApiKey>("sk_\n"), message);
    assert_eq!(Untrimmed::from_json("").expect("even none").text, "");
    let message = "expected a string of at least 5 characters that matches ^sk_, found an empty text";
    assert_eq!(violations::<ApiKey>("\r\n"), message);
}

#[test]
fn a_newtype_over_text_is_a_string_where_it_is_part_of_another_secret() {
    let secret = WithText::from_json(r#"{"key": "sk_123"}"#).expect("valid");
    assert_eq!((secret.key.0.expose_secret(), secret.other.is_none()), ("sk_123", true));
    assert_eq!(
        violations::<WithText>(r#"{"key": "pk_123", "other": 5}"#),
        "key: expected a string of at least 5 characters that matches ^sk_, found a string that does not match\n\
         other: expected a string, found a number"
    );
}

#[derive(Secret)]
#[secret(deny_unknown_fields)]
struct Flat {
    #[secret(public)]
    host: String,
    #[secret(flatten)]
    login: Login,
}

#[derive(Secret)]
#[secret(deny_unknown_fields)]
struct Login {
    #[secret(alias = "user", public)]
    username: String,
    password: SecretString,
}

#[derive(Secret)]
struct FlatMap {
    host: String,
    #[secret(flatten)]
    login: Login,
    #[secret(flatten, each(range(..=9)))]
    others: BTreeMap<String, u8>,
}

#[test]
fn a_flattened_struct_reads_its_keys_from_the_object_itself() {
    let flat = Flat::from_json(r#"{"user": "u", "password": "p", "host": "h"}"#).expect("valid");
    assert_eq!((flat.host.as_str(), flat.login.password.expose_secret()), ("h", "p"));
    assert_eq!(format!("{flat:?}"), r#"Flat { host: "h", login: Login { username: "u", password: [REDACTED] } }"#);
    assert_eq!(
        violations::<Flat>(r#"{"username": "u", "user": "u", "host": "h", "canary": 1, "password": 5}"#),
        "expected no keys but host, username, user, password, found an unknown key\n\
         username: expected one of the keys username, user, found two of them\n\
         password: expected a string, found a number"
    );
}

#[test]
fn a_flattened_map_reads_what_nobody_else_does() {
    let flat = FlatMap::from_json(r#"{"a": 1, "user": "u", "password": "p", "host": "h", "b": "2"}"#).expect("valid");
    assert_eq!(flat.others, BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    assert_eq!((flat.host.as_str(), flat.login.username.as_str()), ("h", "u"));
    assert_eq!(
        violations::<FlatMap>(r#"{"canary": 10, "user": "u", "password": "p", "host": "h", "x": true}"#),
        "*: expected an integer from 0 to 9, found a boolean"
    );
    assert_eq!(
        violations::<FlatMap>(r#"{"canary": 10, "user": "u", "password": "p", "host": "h"}"#),
        "*: expected an integer from 0 to 9, found a larger number"
    );
}

#[derive(Secret)]
#[secret(debug = false, refresh = "1h30m", max_stale = "2d", stage = "AWSPENDING")]
struct Quiet {
    token: String,
    #[secret(skip, default = 7)]
    attempts: u8,
    #[secret(skip)]
    cache: std::sync::Mutex<Option<String>>,
}

impl std::fmt::Debug for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("quiet")
    }
}

#[test]
fn what_is_declared_about_retrieval_is_in_the_spec() {
    let spec = Quiet::SPEC;
    assert_eq!((spec.type_name(), spec.stage()), ("Quiet", "AWSPENDING"));
    assert_eq!(spec.refresh(), Some(Duration::from_secs(5400)));
    assert_eq!(spec.max_stale(), Some(Duration::from_secs(172_800)));
}

#[test]
fn a_skipped_field_takes_its_default_and_debug_may_be_ones_own() {
    let quiet = Quiet::from_json(r#"{"token": "t", "attempts": "not read"}"#).expect("valid");
    assert_eq!((quiet.token.as_str(), quiet.attempts), ("t", 7));
    assert!(quiet.cache.lock().is_ok_and(|cache| cache.is_none()));
    assert_eq!(format!("{quiet:?}"), "quiet");
}

/// Counts how often the default is created.
#[derive(Secret)]
#[secret(default)]
struct Counted {
    first: u32,
    second: u32,
}

impl Default for Counted {
    fn default() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self { first: count, second: count }
    }
}

#[test]
fn all_defaults_of_a_struct_come_from_one_value() {
    let Counted { first, second } = Counted::from_json("{}").expect("valid");
    assert_eq!(first, second);
}

mod reexported {
    pub(crate) use secrets_runtime as renamed;
}

#[derive(reexported::renamed::Secret)]
#[secret(crate = reexported::renamed)]
struct ThroughReexport {
    token: String,
}

#[test]
fn the_runtime_may_be_reached_by_another_path() {
    assert_eq!(ThroughReexport::from_json(r#"{"token": "t"}"#).expect("valid").token, "t");
}

#[test]
fn the_shape_of_a_type_is_constant() {
    const SHAPE: secrets_runtime::Shape = <Vec<Option<Database>> as SecretValue>::SHAPE;
    assert!(format!("{SHAPE:?}").contains("Postgres"));
}
