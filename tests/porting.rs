//! The table of `docs/migrating/from-serde.md`, row by row, with both derives on one type: this derive reads what serde reads.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Debug;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::serde::ts_seconds;
use chrono::{DateTime, Utc};
use secrets_runtime::Secret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_with::{As, DisplayFromStr};
use url::Url;
use uuid::Uuid;

const PAGE: &str = include_str!("../docs/migrating/from-serde.md");

/// Both derives read the document and produce the same value.
fn ports<T: Secret + DeserializeOwned, V: Debug + PartialEq>(row: &str, json: &str, view: impl Fn(T) -> V) {
    assert!(PAGE.contains(&format!("| {row} |")), "the page has no row {row}");
    let theirs: T = serde_json::from_str(json).unwrap_or_else(|error| panic!("{row}: {error}"));
    let ours = T::from_json(json).unwrap_or_else(|error| panic!("{row}: {error}"));
    assert_eq!(view(ours), view(theirs), "{row}");
}

macro_rules! both {
    ($($item:item)*) => {$( #[derive(Deserialize, Secret)] $item )*};
}

both! {
    struct Plain { name: String, port: u16, is_on: bool, maybe: Option<String>, list: Vec<Inner> }
    struct Inner { host: String }
    struct Maps { by_name: HashMap<String, u8>, by_port: BTreeMap<u16, Inner> }
    struct Newtype { port: Port }
    struct Port(NonZeroU16);
    struct Strings { shared: Arc<str>, boxed: Box<str>, text: Cow<'static, str> }
    struct Addresses { ip: IpAddr, socket: SocketAddr, path: PathBuf }
    struct Collections { set: HashSet<String>, array: [u8; 3], tuple: (String, u16) }
    struct Foreign { url: Url, id: Uuid }
    #[serde(rename_all = "lowercase")]
    #[secret(rename_all = "lowercase")]
    enum Keyed { Login { user: String }, Token(String), None }
    struct Generic<T> { value: T, list: Vec<T> }
    #[serde(rename_all = "camelCase")]
    #[secret(rename_all = "camelCase")]
    struct Cased { db_name: String }
    struct Renamed { #[serde(rename = "HOST")] #[secret(rename = "HOST")] host: String }
    struct Aliased { #[serde(alias = "user")] #[secret(alias = "user")] username: String }
    struct Defaults {
        #[serde(default)] #[secret(default)] level: u8,
        #[serde(default = "five")] #[secret(default = five())] count: u8,
    }
    struct Flattened { host: String, #[serde(flatten)] #[secret(flatten)] others: BTreeMap<String, u8> }
    struct Skipped { host: String, #[serde(skip)] #[secret(skip)] cache: Option<u8> }
    struct Modules {
        #[serde(with = "reversed")] #[secret(with = "reversed")] word: String,
        #[serde(with = "As::<DisplayFromStr>")] #[secret(with = "As::<DisplayFromStr>")] port: u16,
        #[serde(with = "ts_seconds")] #[secret(with = "ts_seconds")] at: DateTime<Utc>,
    }
    struct Timed { #[serde(with = "humantime_serde")] #[secret(with = "humantime_serde")] timeout: Duration }
    #[serde(tag = "type", rename_all = "lowercase")]
    #[secret(tag = "type", rename_all = "lowercase")]
    enum Tagged { Login { user: String }, Host(Inner), None }
    #[serde(tag = "type", content = "value", rename_all = "lowercase")]
    #[secret(tag = "type", content = "value", rename_all = "lowercase")]
    enum Adjacent { Port(u16), Host(Inner), None }
    #[serde(untagged)]
    #[secret(untagged)]
    enum Untagged { Login { user: String }, Token(String), Ports(Vec<u16>) }
    struct OfOthers { #[secret(serde)] value: serde_json::Value, #[secret(serde)] version: Version }
}

#[derive(Deserialize, Secret, Clone)]
#[serde(try_from = "u64")]
#[secret(try_from = "u64")]
struct Even(u64);

impl TryFrom<u64> for Even {
    type Error = &'static str;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        if number.is_multiple_of(2) { Ok(Self(number)) } else { Err("odd") }
    }
}

#[derive(Deserialize, Secret)]
struct Converted {
    number: Even,
}

/// Implements only `Deserialize`.
#[derive(Deserialize, PartialEq, Debug)]
struct Version {
    major: u8,
}

fn five() -> u8 {
    5
}

mod reversed {
    use serde::{Deserialize, Deserializer};

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        Ok(String::deserialize(deserializer)?.chars().rev().collect())
    }
}

const TAGGED: &str = "`tag = \"type\"`, with `content` too";

#[derive(Deserialize, Secret)]
struct Several {
    all: Vec<Untagged>,
}

#[test]
fn nine_declarations_are_read_as_they_are() {
    ports(
        "a struct of `String`, integers, `bool`, `Option`, `Vec`, other structs",
        r#"{"name": "a", "port": 1, "is_on": true, "list": [{"host": "h"}]}"#,
        |Plain { name, port, is_on, maybe, list }| {
            (name, port, is_on, maybe, list.into_iter().map(|inner| inner.host).collect::<Vec<_>>())
        },
    );
    ports(
        "`HashMap<String, T>`, `BTreeMap<u16, T>`",
        r#"{"by_name": {"a": 1}, "by_port": {"80": {"host": "h"}}}"#,
        |maps: Maps| {
            (maps.by_name["a"], maps.by_port.into_iter().map(|(port, inner)| (port, inner.host)).collect::<Vec<_>>())
        },
    );
    ports("a newtype, `struct Port(NonZeroU16)`", r#"{"port": 5432}"#, |newtype: Newtype| newtype.port.0);
    ports(
        "`Arc<str>`, `Box<str>`, `Cow<'static, str>`",
        r#"{"shared": "a", "boxed": "b", "text": "c"}"#,
        |Strings { shared, boxed, text }| (shared, boxed, text),
    );
    ports(
        "`IpAddr`, `SocketAddr`, `PathBuf`",
        r#"{"ip": "::1", "socket": "127.0.0.1:80", "path": "/tmp"}"#,
        |Addresses { ip, socket, path }| (ip, socket, path),
    );
    ports(
        "`HashSet<T>`, `[T; N]`, tuples",
        r#"{"set": ["a"], "array": [1, 2, 3], "tuple": ["a", 1]}"#,
        |Collections { set, array, tuple }| (set, array, tuple),
    );
    ports(
        "`Url`, `Uuid`",
        r#"{"url": "https://a.example/", "id": "00000000-0000-0000-0000-000000000001"}"#,
        |Foreign { url, id }| (url, id),
    );
    let keyed = |keyed: Keyed| match keyed {
        Keyed::Login { user } => user,
        Keyed::Token(token) => token,
        Keyed::None => String::new(),
    };
    for json in [r#"{"login": {"user": "u"}}"#, r#"{"token": "t"}"#] {
        ports(r#"an enum as serde reads it by default: `{"login": {..}}`"#, json, keyed);
    }
    ports("a generic struct", r#"{"value": 1, "list": [2]}"#, |Generic { value, list }: Generic<u8>| (value, list));
}

#[test]
fn twelve_are_read_with_one_attribute() {
    ports("`rename_all = \"camelCase\"`", r#"{"dbName": "a"}"#, |cased: Cased| cased.db_name);
    ports("`rename = \"HOST\"`", r#"{"HOST": "a"}"#, |renamed: Renamed| renamed.host);
    ports("`alias = \"user\"`", r#"{"user": "a"}"#, |aliased: Aliased| aliased.username);
    ports("`default`, `default = \"path\"`", "{}", |Defaults { level, count }| (level, count));
    ports("`flatten`", r#"{"host": "a", "x": 1}"#, |Flattened { host, others }| (host, others));
    ports("`skip`", r#"{"host": "a", "cache": 1}"#, |Skipped { host, cache }| (host, cache));
    ports("`try_from = \"u64\"`, `from = \"..\"`", r#"{"number": 4}"#, |converted: Converted| converted.number.0);
    ports(
        "`with = \"module\"`: `serde_with`, chrono's modules, your own",
        r#"{"word": "abc", "port": "5432", "at": 0}"#,
        |Modules { word, port, at }| (word, port, at),
    );
    ports("`Duration` with `humantime_serde`", r#"{"timeout": "1h 30m"}"#, |timed: Timed| timed.timeout);
    let tagged = |tagged: Tagged| match tagged {
        Tagged::Login { user } => user,
        Tagged::Host(inner) => inner.host,
        Tagged::None => "none".to_owned(),
    };
    let adjacent = |adjacent: Adjacent| match adjacent {
        Adjacent::Port(port) => port.to_string(),
        Adjacent::Host(inner) => inner.host,
        Adjacent::None => "none".to_owned(),
    };
    for json in [r#"{"type": "login", "user": "u"}"#, r#"{"type": "host", "host": "h"}"#, r#"{"type": "none"}"#] {
        ports(TAGGED, json, tagged);
    }
    for json in
        [r#"{"type": "port", "value": 1}"#, r#"{"type": "host", "value": {"host": "h"}}"#, r#"{"type": "none"}"#]
    {
        ports(TAGGED, json, adjacent);
    }
    let several = |Several { all }| {
        let one = |untagged| match untagged {
            Untagged::Login { user } => user,
            Untagged::Token(token) => token,
            Untagged::Ports(ports) => format!("{ports:?}"),
        };
        all.into_iter().map(one).collect::<Vec<String>>()
    };
    ports("`untagged`", r#"{"all": [{"user": "u"}, "t", [1, 2]]}"#, several);
    ports(
        "a type of others that has `Deserialize` alone",
        r#"{"value": [1, "a"], "version": {"major": 1}}"#,
        |OfOthers { value, version }| (value, version),
    );
}

/// The messages in `tests/ui` cover the declarations that must be ported by hand.
#[test]
fn three_are_ported_by_hand_and_messages_name_the_way() {
    let told = include_str!("ui/cases/serde/by_hand.stderr");
    for (row, remedy) in [
        (
            "`deserialize_with = \"function\"`",
            "put the function as `deserialize` into a module and write `#[secret(with = module)]`",
        ),
        (
            "`#[serde(transparent)]` on a struct with a named field",
            "write the struct without a name for its field: `struct Name(Type)`",
        ),
        (
            "`&'a str`, `#[serde(borrow)]`",
            "a secret is read into values that own their memory: remove the attribute, and make the field a `String` or a `SecretString`",
        ),
    ] {
        assert!(PAGE.contains(&format!("| {row} | by hand: ")) && told.contains(remedy), "{row}");
    }
    let rows = PAGE.lines().filter(|line| line.starts_with("| ")).count() - 1;
    let by_hand = PAGE.matches(" | by hand: ").count();
    let as_is = PAGE.matches(" | as it is").count();
    assert_eq!((rows, as_is, rows - as_is - by_hand, by_hand), (24, 9, 12, 3));
}
