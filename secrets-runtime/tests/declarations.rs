//! Forms of declarations: newtypes, conversions, modules, generic types, constants, options for formats of other programs.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::num::NonZeroU16;
use std::str::FromStr;
use std::time::Duration;

use secrets_runtime::{ErrorKind, ExposeSecret, Secret, SecretString, Secrets, source::Memory};
use serde::Deserialize;

fn violations<T: Secret>(json: &str) -> String {
    let error = T::from_json(json).err().expect("a violation");
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    error.violations().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[derive(Secret, Clone, Copy, PartialEq, PartialOrd, Eq, Ord, Debug)]
#[secret(debug = false)]
struct Port(#[secret(range(max = 49_151))] NonZeroU16);

#[derive(Secret)]
struct Named {
    #[secret(range(1..=10))]
    level: u8,
}

#[derive(Secret)]
struct Wrapped(Named);

#[derive(Secret)]
struct Newtypes {
    port: Port,
    #[secret(default)]
    maybe: Option<Port>,
    ports: Vec<Port>,
    by_port: BTreeMap<Port, String>,
    wrapped: Wrapped,
}

#[test]
fn a_newtype_is_read_as_its_field() {
    let read =
        Newtypes::from_json(r#"{"port": "5432", "ports": [1, 2], "by_port": {"80": "http"}, "wrapped": {"level": 3}}"#)
            .expect("valid");
    assert_eq!((read.port.0.get(), read.maybe, read.ports.len(), read.wrapped.0.level), (5432, None, 2, 3));
    assert_eq!(read.by_port[&Port(NonZeroU16::new(80).expect("not 0"))], "http");
    assert_eq!(
        violations::<Newtypes>(
            r#"{"port": 0, "maybe": 50000, "ports": ["x"], "by_port": {"0": 1}, "wrapped": {"level": 11}}"#
        ),
        "port: expected an integer from 1 to 49151, found a number that does not fit\n\
         maybe: expected an integer from 1 to 49151, found a larger number\n\
         ports[0]: expected an integer from 1 to 49151, found a string that does not spell one\n\
         by_port.* (the key): expected an integer from 1 to 49151, found a string that spells a number that does not fit\n\
         by_port.*: expected a string, found a number\n\
         wrapped.level: expected an integer from 1 to 10, found a number that does not fit"
    );
    assert!(
        Newtypes::json_schema()
            .contains(r#""port":{"writeOnly":true,"anyOf":[{"type":"integer","minimum":1,"maximum":49151}"#)
    );
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<HashMap<String, String>>,
}

#[derive(Secret)]
#[secret(id = "jwks")]
struct Jwks(#[secret(serde)] JwkSet);

#[derive(Secret)]
#[secret(id = "tenants/{APP_ENV}")]
struct Tenants(BTreeMap<String, Named>);

#[tokio::test]
async fn a_whole_secret_may_be_an_existing_type() {
    let secrets =
        Secrets::new(Memory::new().with("jwks", r#"{"keys": [{"kid": "a"}]}"#).with("map", r#"{"a": {"level": 1}}"#));
    let jwks = secrets.load::<Jwks>().await.expect("valid");
    assert_eq!((jwks.0.keys[0]["kid"].as_str(), format!("{jwks:?}").as_str()), ("a", "Jwks([REDACTED])"));
    let tenants = secrets.load_from::<Tenants>("map").await.expect("valid");
    assert_eq!(tenants.0["a"].level, 1);
    let text = secrets.load_from::<SecretString>("map").await.expect("text");
    assert_eq!(text.expose_secret(), r#"{"a": {"level": 1}}"#);
    assert_eq!(
        secrets.load_from::<BTreeMap<Port, String>>("map").await.expect_err("other keys").kind(),
        ErrorKind::Invalid
    );
}

#[derive(Secret)]
#[secret(from = "u64")]
struct Seconds(Duration);

impl From<u64> for Seconds {
    fn from(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }
}

#[derive(Secret, PartialEq, Eq, PartialOrd, Ord)]
#[secret(try_from = "String")]
enum Level {
    Low,
    High,
}

impl TryFrom<String> for Level {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "low" | "LOW" => Ok(Self::Low),
            "high" | "HIGH" => Ok(Self::High),
            _ => Err(format!("no level: {text}")),
        }
    }
}

#[derive(Secret)]
struct Conversions {
    timeout: Seconds,
    level: Option<Level>,
    levels: BTreeMap<Level, Seconds>,
}

#[test]
fn a_value_is_made_from_another_type() {
    let read = Conversions::from_json(r#"{"timeout": "30", "level": "LOW", "levels": {"high": 5}}"#).expect("valid");
    assert_eq!(
        (read.timeout.0.as_secs(), read.level == Some(Level::Low), read.levels[&Level::High].0.as_secs()),
        (30, true, 5)
    );
    assert_eq!(
        format!("{read:?}"),
        "Conversions { timeout: Seconds([REDACTED]), level: Some(Level([REDACTED])), levels: [REDACTED] }"
    );
    assert_eq!(
        violations::<Conversions>(r#"{"timeout": -1, "level": "canary", "levels": {"canary": true}}"#),
        "timeout: expected an integer from 0 to 18446744073709551615, found a number that does not fit\n\
         level: expected a string that is a valid Level, found a string that does not fit\n\
         levels.* (the key): expected a string that is a valid Level, found a string that does not fit\n\
         levels.*: expected an integer from 0 to 18446744073709551615, found a boolean"
    );
}

/// A module like `humantime_serde`.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer};

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }

    pub mod option {
        use super::{Deserialize, Deserializer, Duration};

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
            Option::<u64>::deserialize(deserializer).map(|millis| millis.map(Duration::from_millis))
        }
    }
}

#[derive(Secret)]
struct Modules {
    #[secret(with = millis)]
    timeout: Duration,
    #[secret(with = "millis::option")]
    idle: Option<Duration>,
    #[secret(with = millis, default = Duration::from_secs(1))]
    pause: Duration,
}

#[test]
fn a_module_reads_a_field_as_serde_would_have_it() {
    let read = Modules::from_json(r#"{"timeout": 1500}"#).expect("valid");
    assert_eq!((read.timeout.as_millis(), read.idle, read.pause.as_secs()), (1500, None, 1));
    assert_eq!(Modules::from_json(r#"{"timeout": 1, "idle": 5}"#).expect("valid").idle, Some(Duration::from_millis(5)));
    assert_eq!(Modules::from_json(r#"{"timeout": 1, "idle": null}"#).expect("valid").idle, None);
    assert_eq!(
        violations::<Modules>(r#"{"timeout": "canary", "pause": -1}"#),
        "timeout: expected a value that Duration can be deserialized from, found a string\n\
         pause: expected a value that Duration can be deserialized from, found a number"
    );
    assert_eq!(violations::<Modules>("{}"), "timeout: expected a value that its type reads, found nothing");
}

mod generic {
    use super::*;

    /// Does not implement `Secret` or any other trait.
    pub struct Production;

    #[derive(Secret)]
    pub struct Creds<E> {
        pub user: String,
        #[secret(skip)]
        pub env: PhantomData<E>,
        pub marker: PhantomData<fn() -> E>,
    }

    #[derive(Secret)]
    pub struct Address<T: FromStr> {
        #[secret(from_str)]
        pub addr: T,
        #[secret(from_str, default)]
        pub others: Vec<T>,
    }

    pub trait Kind {
        type Key;
    }

    impl Kind for Production {
        type Key = SecretString;
    }

    #[derive(Secret)]
    pub struct Keyed<K: Kind> {
        pub key: K::Key,
        pub keys: Vec<K::Key>,
    }

    #[derive(Secret)]
    #[secret(bound = "T: serde::de::DeserializeOwned")]
    pub struct Foreign<T> {
        #[secret(serde)]
        pub value: T,
    }

    #[derive(Secret)]
    #[secret(id = "limits")]
    pub struct Limits<T, const N: usize> {
        pub limits: [T; N],
    }

    pub fn read<T: secrets_runtime::SecretValue>(json: &str) -> Limits<T, 2> {
        Limits::from_json(json).expect("valid")
    }
}

#[tokio::test]
async fn a_generic_type_asks_of_its_parameters_what_it_reads() {
    use generic::{Address, Creds, Foreign, Keyed, Limits, Production};

    assert_eq!(Creds::<Production>::from_json(r#"{"user": "a"}"#).expect("valid").user, "a");
    let address = Address::<IpAddr>::from_json(r#"{"addr": "::1", "others": ["10.0.0.1"]}"#).expect("valid");
    assert!(address.addr.is_ipv6() && address.others[0].is_ipv4());
    let keyed = Keyed::<Production>::from_json(r#"{"key": "a", "keys": ["b"]}"#).expect("valid");
    assert_eq!((keyed.key.expose_secret(), keyed.keys[0].expose_secret()), ("a", "b"));
    assert_eq!(Foreign::<(u8, bool)>::from_json(r#"{"value": [1, true]}"#).expect("valid").value, (1, true));
    assert_eq!(generic::read::<u16>(r#"{"limits": [1, 2]}"#).limits, [1, 2]);
    let secrets = Secrets::new(Memory::new().with("limits", r#"{"limits": [true]}"#));
    assert_eq!(secrets.load::<Limits<bool, 1>>().await.expect("valid").limits, [true]);
}

/// Compiles under `deny(warnings)`.
mod deprecated {
    #![deny(warnings)]

    use secrets_runtime::Secret;

    #[derive(Secret)]
    #[deprecated]
    pub struct Old {
        #[deprecated = "use `key`"]
        pub password: String,
    }

    #[derive(Secret)]
    #[secret(tag = "kind")]
    pub enum Engine {
        #[deprecated]
        Old {
            host: String,
        },
        New {
            host: String,
        },
    }

    #[derive(Secret)]
    #[secret(untagged)]
    pub enum Either {
        #[deprecated]
        Number(u8),
        Text {
            #[deprecated]
            text: String,
        },
    }

    #[derive(Secret)]
    pub enum Named {
        #[deprecated]
        Key(String),
        #[deprecated]
        None,
    }

    #[derive(Secret)]
    #[deprecated]
    pub struct Wrapped(#[deprecated] pub u8);

    #[test]
    #[expect(deprecated, reason = "that is what is tested")]
    fn what_is_deprecated_is_read() {
        assert!(matches!(Either::from_json(r#"{"text": "a"}"#), Ok(Either::Text { text }) if text == "a"));
        assert!(matches!(Either::from_json("5"), Ok(Either::Number(5))));
        assert!(matches!(Named::from_json(r#"{"Key": "a"}"#), Ok(Named::Key(key)) if key == "a"));
        assert_eq!(Wrapped::from_json("5").map(|wrapped| wrapped.0).ok(), Some(5));
        assert_eq!(Old::from_json(r#"{"password": "a"}"#).expect("valid").password, "a");
        for kind in ["Old", "New"] {
            let read = Engine::from_json(&format!(r#"{{"kind": "{kind}", "host": "a"}}"#)).expect("valid");
            assert!(matches!(read, Engine::Old { host } | Engine::New { host } if host == "a"));
        }
    }
}

const LEAST: u16 = 1024;
const RATIO: f64 = 0.5;

struct Limits;

impl Limits {
    const LONGEST: usize = 4;
    const MOST: u128 = u128::MAX;
}

#[derive(Secret)]
#[allow(dead_code, reason = "refused")]
struct Constants {
    #[secret(range(LEAST..=49_151))]
    port: u16,
    #[secret(range(max = RATIO))]
    ratio: f64,
    #[secret(range(min = Limits::MOST))]
    wide: u128,
    #[secret(length(1..=Limits::LONGEST))]
    name: String,
    #[secret(default = 5, range(..=9))]
    level: Option<u16>,
    #[secret(default = "x")]
    text: Option<Box<str>>,
    #[secret(default = LEAST)]
    other: Option<u16>,
}

#[test]
fn rules_take_constants() {
    let read = Constants::from_json(
        r#"{"port": 1024, "ratio": 0.5, "wide": 340282366920938463463374607431768211455, "name": "abcd"}"#,
    );
    let read = read.expect("valid");
    assert_eq!((read.level, read.text.as_deref(), read.other), (Some(5), Some("x"), Some(1024)));
    assert_eq!(
        violations::<Constants>(r#"{"port": 1023, "ratio": 0.6, "wide": 1, "name": "abcde", "level": 10}"#),
        "port: expected an integer from 1024 to 49151, found a number that does not fit\n\
         ratio: expected a number of at most 0.5, found a larger number\n\
         wide: expected an integer from 340282366920938463463374607431768211455 to 340282366920938463463374607431768211455, found a smaller number\n\
         name: expected a string of 1 to 4 characters, found one of a different length\n\
         level: expected an integer from 0 to 9, found a larger number"
    );
}

#[derive(Secret)]
#[secret(lenient)]
#[allow(dead_code, reason = "shown")]
struct Lenient {
    port: u16,
    tls: bool,
    maybe: Option<u16>,
    #[secret(default = 7)]
    tries: u8,
    #[secret(strict)]
    exact: u8,
    ratios: Vec<Option<f64>>,
    name: Option<String>,
}

#[test]
fn lenient_reads_what_rotation_functions_write() {
    let read = Lenient::from_json(
        r#"{"port": " 05432\n", "tls": "True", "maybe": "", "tries": " ", "exact": 1, "ratios": ["01.5", ""], "name": ""}"#,
    )
    .expect("valid");
    assert_eq!((read.port, read.tls, read.maybe, read.tries, read.exact), (5432, true, None, 7, 1));
    assert_eq!((read.ratios, read.name.as_deref()), (vec![Some(1.5), None], Some("")));
    assert_eq!(
        violations::<Lenient>(r#"{"port": "", "tls": "yes", "exact": "1", "ratios": ["x"]}"#),
        "port: expected an integer from 0 to 65535, found an empty string\n\
         tls: expected true or false, found a string that does not spell one\n\
         exact: expected an integer from 0 to 255, found a string\n\
         ratios[0]: expected a number, found a string that does not spell one"
    );
}

mod secrets {
    pub use secrets_runtime::*;
}

#[derive(secrets::Secret)]
#[secret(crate = "secrets")]
struct ByString {
    key: String,
}

#[test]
fn the_crate_may_be_named_in_a_string() {
    assert_eq!(ByString::from_json(r#"{"key": "a"}"#).expect("valid").key, "a");
}

/// Both derives on one struct, using only options that both know.
#[derive(Deserialize, Secret)]
#[serde(rename_all = "camelCase", bound = "", expecting = "a database")]
#[secret(rename_all = "camelCase")]
struct Both {
    #[serde(rename = "user", skip_serializing_if = "String::is_empty")]
    #[secret(rename = "user")]
    user_name: String,
    #[serde(default)]
    #[secret(default)]
    db_name: String,
}

#[test]
fn serde_s_attributes_may_stand_beside() {
    let json = r#"{"user": "a", "dbName": "b"}"#;
    let (secret, serde): (Both, Both) =
        (Both::from_json(json).expect("valid"), serde_json::from_str(json).expect("valid"));
    assert_eq!((secret.user_name, secret.db_name), (serde.user_name, serde.db_name));
}

#[derive(Secret)]
struct Server {
    #[secret(public)]
    host: String,
    port: u16,
}

/// The four enum representations of serde.
#[derive(Secret)]
#[secret(tag = "engine", rename_all = "lowercase")]
enum Beside {
    Postgres(Server),
    None,
}

#[derive(Secret)]
#[secret(tag = "kind", content = "value", rename_all = "lowercase")]
#[expect(dead_code, reason = "shown, and not read")]
enum Adjacent {
    Port(#[secret(range(min = 1024))] u16),
    Server(Server),
    None,
}

#[derive(Secret)]
#[secret(rename_all = "snake_case")]
#[expect(dead_code, reason = "shown, and not read")]
enum Keyed {
    ApiKey(#[secret(length(min = 3))] SecretString),
    Login { user: String, password: SecretString },
    None,
}

#[derive(Secret)]
#[secret(untagged)]
#[expect(dead_code, reason = "shown, and not read")]
enum Untagged {
    ApiKey { key: SecretString },
    Login { user: String, port: u16 },
    Token(#[secret(length(min = 3))] String),
}

#[derive(Secret)]
struct Forms {
    beside: Beside,
    adjacent: Adjacent,
    keyed: Vec<Keyed>,
    untagged: Vec<Untagged>,
}

#[test]
fn an_enum_has_the_forms_that_it_has_in_serde() {
    let read = Forms::from_json(
        r#"{
            "beside": {"engine": "postgres", "host": "h", "port": 1},
            "adjacent": {"kind": "port", "value": 5432},
            "keyed": [{"api_key": "abc"}, "none", {"login": {"user": "u", "password": "canary"}}],
            "untagged": [{"key": "canary"}, {"user": "u", "port": 1}, "canary"]
        }"#,
    );
    let read = read.expect("valid");
    assert!(matches!(&read.beside, Beside::Postgres(server) if server.host == "h" && server.port == 1));
    assert!(matches!(read.adjacent, Adjacent::Port(5432)));
    assert!(matches!(&read.keyed[..], [Keyed::ApiKey(_), Keyed::None, Keyed::Login { user, .. }] if user == "u"));
    assert!(matches!(
        &read.untagged[..],
        [Untagged::ApiKey { .. }, Untagged::Login { port: 1, .. }, Untagged::Token(_)]
    ));
    assert_eq!(
        format!("{read:?}"),
        "Forms { beside: Postgres(Server { host: \"h\", port: [REDACTED] }), adjacent: Port([REDACTED]), \
         keyed: [ApiKey([REDACTED]), [REDACTED], Login { user: [REDACTED], password: [REDACTED] }], \
         untagged: [ApiKey { key: [REDACTED] }, Login { user: [REDACTED], port: [REDACTED] }, Token([REDACTED])] }"
    );
    assert!(matches!(Beside::from_json(r#"{"engine": "none"}"#), Ok(Beside::None)));
    assert!(matches!(Adjacent::from_json(r#"{"kind": "none"}"#), Ok(Adjacent::None)));
    assert!(matches!(
        Adjacent::from_json(r#"{"kind": "server", "value": {"host": "h", "port": 1}}"#),
        Ok(Adjacent::Server(_))
    ));
    assert!(matches!(Keyed::from_json(r#"{"api_key": "abc"}"#), Ok(Keyed::ApiKey(_))), "a whole secret");
}

#[test]
fn what_no_variant_reads_is_told_with_what_each_expected() {
    assert_eq!(
        violations::<Forms>(
            r#"{
                "beside": {"engine": "postgres", "host": 1, "port": 1},
                "adjacent": {"kind": "port", "value": 80},
                "keyed": [{"api_key": "a"}, {"login": {}}, "api_key", {"none": 1}, {}, {"api_key": "abc", "x": 1}, 5],
                "untagged": [{"user": "u", "port": "x"}, "a"]
            }"#
        ),
        "beside.host: expected a string, found a number\n\
         adjacent.value: expected an integer from 1024 to 65535, found a smaller number\n\
         keyed[0].api_key: expected a string of at least 3 characters, found a shorter one\n\
         keyed[1].login.user: expected a string, found nothing\n\
         keyed[1].login.password: expected a string, found nothing\n\
         keyed[2]: expected \"none\", or an object with the key \"api_key\" or \"login\", found a string that is not one of them\n\
         keyed[3]: expected \"none\", or an object with the key \"api_key\" or \"login\", found an object with a different key\n\
         keyed[4]: expected \"none\", or an object with the key \"api_key\" or \"login\", found an object with no key or several\n\
         keyed[5]: expected \"none\", or an object with the key \"api_key\" or \"login\", found an object with no key or several\n\
         keyed[6]: expected \"none\", or an object with the key \"api_key\" or \"login\", found a number\n\
         untagged[0].key: expected a string (as ApiKey), found nothing\n\
         untagged[0].port: expected an integer from 0 to 65535 (as Login), found a string that does not spell one\n\
         untagged[0]: expected a string of at least 3 characters (as Token), found an object\n\
         untagged[1]: expected an object (as ApiKey), found a string\n\
         untagged[1]: expected an object (as Login), found a string\n\
         untagged[1]: expected a string of at least 3 characters (as Token), found a shorter one"
    );
}

#[test]
fn lenient_is_for_one_field_as_well() {
    #[derive(Secret)]
    struct Login {
        #[secret(lenient)]
        port: u16,
        #[secret(lenient)]
        level: Option<u8>,
        other: u16,
    }

    let read = Login::from_json(r#"{"port": " 05432 ", "level": "", "other": "1"}"#).expect("valid");
    assert_eq!((read.port, read.level, read.other), (5432, None, 1));
    assert_eq!(
        violations::<Login>(r#"{"port": 1, "other": " 1"}"#),
        "other: expected an integer from 0 to 65535, found a string with spaces, zeros or capitals that only `lenient` reads"
    );
}

/// Cases about enums that reviewers found.
mod readers {
    use std::collections::BTreeMap;

    use secrets_runtime::Secret;
    use serde::Deserialize;

    #[derive(Secret, Deserialize, PartialEq)]
    #[secret(untagged)]
    #[serde(untagged)]
    enum Untagged {
        Flag(bool),
        Port(u16),
        Text(String),
        Many(Vec<u16>),
    }

    #[test]
    fn a_string_is_text_to_an_untagged_enum_whatever_it_spells() {
        for json in [r#""12345""#, r#""true""#, "5", "true", "[1]", r#""x""#] {
            let ours = Untagged::from_json(json).expect("one reads it");
            assert!(ours == serde_json::from_str::<Untagged>(json).expect("one reads it"), "{json}");
        }
    }

    #[derive(Secret)]
    #[secret(deny_unknown_fields)]
    #[expect(dead_code, reason = "read and not looked at")]
    struct Closed {
        host: String,
        port: Option<u16>,
    }

    #[derive(Secret)]
    #[secret(tag = "type")]
    #[expect(dead_code, reason = "read and not looked at")]
    enum Tagged {
        Closed(Closed),
    }

    #[test]
    fn a_struct_beside_a_tag_keeps_its_mind_about_unknown_keys() {
        assert!(matches!(Tagged::from_json(r#"{"type": "Closed", "host": "h", "port": 1}"#), Ok(Tagged::Closed(_))));
        let error = Tagged::from_json(r#"{"type": "Closed", "host": "h", "prot": 1}"#).map(drop).expect_err("unknown");
        assert!(error.to_string().contains("expected the key \"port\", found \"prot\""), "{error}");
        assert!(Tagged::json_schema().contains(r#""additionalProperties":false"#));
    }

    #[derive(Secret)]
    #[expect(dead_code, reason = "shown")]
    enum Mixed {
        Admin,
        Token(String),
    }

    #[derive(Secret)]
    #[expect(dead_code, reason = "shown")]
    struct Roles {
        mixed: Mixed,
        list: Vec<Mixed>,
        #[secret(public)]
        shown: Mixed,
    }

    #[test]
    fn the_name_of_a_variant_is_a_string_of_the_secret() {
        let roles = Roles::from_json(r#"{"mixed": "Admin", "list": ["Admin", {"Token": "t"}], "shown": "Admin"}"#);
        assert_eq!(
            format!("{:?}", roles.expect("valid")),
            "Roles { mixed: [REDACTED], list: [[REDACTED], Token([REDACTED])], shown: Admin }"
        );
    }

    const HOST: u8 = 1;

    /// Names that generated code also uses, or that a pattern could take for a constant.
    #[derive(Secret)]
    #[expect(dead_code, non_snake_case, reason = "names are what is tested")]
    enum Names {
        A { __f: u8, HOST: u8 },
        B { r#type: u8 },
    }

    struct Document;

    impl std::str::FromStr for Document {
        type Err = ();

        fn from_str(_: &str) -> Result<Self, ()> {
            Ok(Self)
        }
    }

    #[derive(Secret)]
    #[secret(id = "named")]
    enum Named {
        Doc(#[secret(from_str)] Document),
        Other { a: u8 },
    }

    #[test]
    fn names_of_fields_and_types_do_not_meet_those_of_generated_code() {
        let names = Names::from_json(r#"{"A": {"__f": 1, "HOST": 2}}"#).expect("valid");
        assert_eq!((format!("{names:?}").as_str(), HOST), ("A { __f: [REDACTED], HOST: [REDACTED] }", 1));
        assert!(matches!(Named::from_json(r#"{"Doc": "x"}"#), Ok(Named::Doc(Document))));
        assert!(matches!(Named::from_json(r#"{"Other": {"a": 1}}"#), Ok(Named::Other { a: 1 })));
    }

    #[derive(Secret, Deserialize, PartialEq)]
    struct Maybe(Option<String>);

    #[derive(Secret, Deserialize, PartialEq)]
    enum Holds {
        A(Option<String>),
        B(Maybe),
    }

    #[test]
    fn null_is_what_serde_makes_of_it_inside_variants_and_lists() {
        for json in [r#"{"A": null}"#, r#"{"B": null}"#, r#"{"A": "x"}"#] {
            let ours = Holds::from_json(json).expect("valid");
            assert!(ours == serde_json::from_str::<Holds>(json).expect("valid"), "{json}");
        }
        assert!(BTreeMap::<String, Maybe>::from_json(r#"{"a": null}"#).expect("valid")["a"] == Maybe(None));
    }
}
