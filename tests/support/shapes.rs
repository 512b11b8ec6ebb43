//! Types of every shape, each with a document that it accepts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;
use std::num::{NonZeroI16, NonZeroU8, NonZeroU64};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use secrets_runtime::{Error, Secret, SecretBox, SecretSlice, SecretString};
use secrets_shape::fits;
use secrets_shape::wire::{self, Declaration};
use zeroize::Zeroizing;

#[allow(dead_code, reason = "the derive uses all of it")]
#[path = "../../secrets-derive/src/schema_file.rs"]
mod schema_file;

/// A type, with the generic parameter erased.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// Its name.
    pub name: &'static str,
    /// A document that it accepts.
    pub valid: &'static str,
    /// The JSON Schema.
    pub schema: fn() -> String,
    /// The declaration, encoded and decoded as for a binary.
    pub declaration: fn() -> &'static Declaration<'static>,
    /// Decodes a document and returns its `Debug` output.
    pub decode: fn(&str) -> Result<String, Error>,
}

/// A type with a document that it accepts.
#[must_use]
pub fn subject<T: Secret + Debug>(valid: &'static str) -> Subject {
    let decode = |text: &str| T::from_json(text).map(|value| format!("{value:?} {value:#?}"));
    Subject { name: T::SPEC.type_name(), valid, schema: T::json_schema, declaration: declaration::<T>, decode }
}

/// Encodes the declaration and decodes it again.
fn declaration<T: Secret>() -> &'static Declaration<'static> {
    const SIZE: usize = 4096;
    let declaration = secrets_runtime::__tools::declaration::<T>();
    let length = wire::length(&declaration);
    let entry: Box<[u8; SIZE]> = Box::new(wire::entry(&declaration, length));
    let entry = if length > SIZE / 2 { entry[..length].to_vec() } else { small(&declaration, length) };
    Box::leak(Box::new(wire::read(&entry[wire::HEADING..]).expect("an entry")))
}

fn small(declaration: &Declaration<'_>, length: usize) -> Vec<u8> {
    let sizes = [
        wire::entry::<512>(declaration, length).to_vec(),
        wire::entry::<1024>(declaration, length).to_vec(),
        wire::entry::<2048>(declaration, length).to_vec(),
    ];
    let entry = sizes.into_iter().find(|entry| entry.starts_with(&wire::MAGIC)).expect("one of the sizes");
    entry[..length].to_vec()
}

/// The problems of a type with a schema file, by place.
///
/// # Panics
/// The text is not a schema.
#[must_use]
pub fn problems(subject: &Subject, schema: &serde_json::Value) -> Vec<String> {
    let layout = schema_file::layout(schema).expect("a schema");
    let mut found = vec![0; layout.places.len() + layout.constants.len()];
    let declaration = (subject.declaration)();
    layout.with(&[], |file| fits::compare(&declaration.shape, file, &mut found));
    let said = found.iter().enumerate().filter(|(_, problems)| **problems != 0);
    let key = |at: usize| layout.keys.get(at).copied().unwrap_or("a constant");
    said.map(|(at, problems)| format!("{at} {}: {problems:#b}", key(at))).collect()
}

/// All subjects. None has a rule that JSON Schema cannot express.
#[must_use]
pub fn subjects() -> Vec<Subject> {
    vec![
        subject::<Texts>(r#"{"plain": "a", "secret": "b", "boxed": "c"}"#),
        subject::<Unsigned>(r#"{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}"#),
        subject::<Signed>(r#"{"a": -1, "b": -2, "c": -3, "d": -4, "e": -5}"#),
        subject::<StrictNumbers>(r#"{"a": 1, "b": 0.5, "c": true, "d": [1], "e": {"x": 1}}"#),
        subject::<Floats>(r#"{"a": 0.5, "b": 1.5, "c": 1}"#),
        subject::<Booleans>(r#"{"a": true, "b": "false", "c": null}"#),
        subject::<Optionals>(r#"{"a": "x", "b": 1, "c": [null, 1], "d": {"x": null}}"#),
        subject::<Defaults>(r#"{"a": 1, "b": "x", "c": [1], "d": null}"#),
        subject::<ContainerDefaults>(r#"{"a": 1, "b": "x"}"#),
        subject::<Aliases>(r#"{"user": "a", "x": 1}"#),
        subject::<Closed>(r#"{"host": "a", "port": 1}"#),
        subject::<Ranges>(r#"{"a": 1, "b": 1.5, "c": 1, "d": 1}"#),
        subject::<Multiples>(r#"{"a": 10, "b": [-3, 0], "c": null}"#),
        subject::<Lengths>(r#"{"a": "ab", "b": [1, 2], "c": {"x": 1}, "d": "äöü"}"#),
        subject::<Patterns>(r#"{"a": "a-01", "b": "ab", "c": "x"}"#),
        subject::<Choices>(r#"{"a": "a", "b": "ab", "mode": "verify-full"}"#),
        subject::<Items>(r#"{"a": [1, 9], "b": {"x": "ab"}, "c": [["a"]]}"#),
        subject::<Encoded>(r#"{"a": "AQID", "b": "fF00", "c": null, "d": "ff"}"#),
        subject::<Nested>(
            r#"{"host": {"host": "a", "port": 1}, "list": [{"host": "b", "port": 2}], "map": {"x": {"host": "c", "port": 3}}}"#,
        ),
        subject::<Flattened>(r#"{"host": "a", "port": 1, "username": "u"}"#),
        subject::<FlattenedMap>(r#"{"host": "a", "x": 1}"#),
        subject::<FlattenedBoth>(r#"{"host": "a", "port": 1, "username": "u", "a": "ab"}"#),
        subject::<Database>(r#"{"engine": "postgres", "host": "a", "port": 1}"#),
        subject::<Holder>(r#"{"database": {"engine": "sqlite", "path": "a"}, "key": "abc", "list": ["abcd"]}"#),
        subject::<Holding>(r#"{"engine": "postgres", "host": "a", "port": 1}"#),
        subject::<Adjacent>(r#"{"kind": "login", "value": {"host": "a", "port": 1}}"#),
        subject::<Keyed>(r#"{"login": {"user": "a", "port": 1}}"#),
        subject::<Untagged>(r#"{"user": "a", "password": "ab"}"#),
        subject::<Credentials>(
            r#"{"keyed": {"token": "abc"}, "tried": [1, {"a": "b"}], "beside": {"kind": "none"}, "unit": "none"}"#,
        ),
        subject::<Beside>(r#"{"type": "closed", "host": "a", "port": 1}"#),
        subject::<Maybes>(r#"{"list": [null, "a"], "map": {"x": null}, "held": [{"a": null}, {"b": 1}]}"#),
        subject::<Renamed>(r#"{"dbName": "a", "HOST": "b"}"#),
        subject::<Generic<Option<u8>>>(r#"{"a": null, "b": [1, null]}"#),
        subject::<Nothing>("{}"),
        subject::<Pointers>(r#"{"a": "a", "b": "b", "c": 1, "d": [1], "e": "c", "f": "d", "g": "e", "h": 5432}"#),
        subject::<Collections>(r#"{"a": ["a", "ab"], "b": [1, 2], "c": [true], "d": [1, 2], "e": ["a", 1, [true]]}"#),
        subject::<WideNumbers>(r#"{"a": 1, "b": -1, "c": 9, "d": -1, "e": 10, "f": 1}"#),
        subject::<Lenient>(r#"{"a": " 01", "b": "True", "c": "", "d": " ", "e": "1.5 ", "f": [""], "g": "a"}"#),
        subject::<Newtypes>(r#"{"a": 1, "b": {"a": {"host": "a", "port": 1}}, "c": [9], "d": "ab"}"#),
        subject::<Spelled>(r#"{"a": "a", "b": "1h30m", "c": ["30s"], "d": null}"#),
        subject::<Keys>(
            r#"{"a": {"1": "a"}, "b": {"x": 1}, "c": {"disable": 1}, "d": {"true": 1}, "e": {"abc": true}}"#,
        ),
        subject::<KeysBeside>(r#"{"host": "a", "1": true}"#),
        subject::<Bytes>(r#"{"a": "AQID", "b": "AQI", "c": "AQI", "d": ["AQID"], "e": {"x": "ff"}, "f": "ff00"}"#),
    ]
}

macro_rules! shapes {
    ($($item:item)*) => {$(
        #[derive(Secret)]
        #[allow(dead_code, reason = "decoded and shown")]
        $item
    )*};
}

shapes! {
    struct Texts { plain: String, secret: SecretString, boxed: Box<str> }
    struct Unsigned { a: u8, b: u16, c: u32, d: u64, e: usize }
    struct Signed { a: i8, b: i16, c: i32, d: i64, e: isize }
    #[secret(strict)]
    struct StrictNumbers { a: u16, b: f64, c: bool, d: Vec<u8>, e: HashMap<String, i8> }
    struct Floats { a: f64, b: f32, #[secret(strict)] c: f32 }
    struct Booleans { a: bool, b: bool, c: Option<bool> }
    struct Optionals { a: Option<String>, b: Option<u8>, c: Option<Vec<Option<u8>>>, d: BTreeMap<String, Option<u8>> }
    struct Defaults {
        #[secret(default)] a: u8,
        #[secret(default = "y")] b: String,
        #[secret(default)] c: Vec<u8>,
        #[secret(default = Some(5))] d: Option<u8>,
    }
    #[secret(default)]
    #[derive(Default)]
    struct ContainerDefaults { a: u8, b: String, c: Option<bool> }
    struct Aliases {
        #[secret(alias = "user", alias = "user_name")] username: String,
        #[secret(alias = "x")] a: Option<u8>,
        #[secret(alias = "Host", default = "h")] host: String,
    }
    #[secret(deny_unknown_fields)]
    struct Closed { host: String, #[secret(alias = "a")] port: u16 }
    struct Ranges {
        #[secret(range(1..=9))] a: u8,
        #[secret(range(min = -1.5, max = 1.5))] b: f64,
        #[secret(range(min = 1))] c: Option<i64>,
        #[secret(range(..=10), default = 3)] d: u32,
    }
    #[secret(strict)]
    struct Multiples {
        #[secret(multiple_of(5))] a: u16,
        #[secret(each(multiple_of(3)))] b: Vec<i32>,
        #[secret(multiple_of(2), range(2..=8))] c: Option<u8>,
    }
    struct Lengths {
        #[secret(length(2..=3))] a: String,
        #[secret(length(max = 2))] b: Vec<u8>,
        #[secret(length(min = 1))] c: Option<BTreeMap<String, u8>>,
        #[secret(length(3))] d: SecretString,
    }
    struct Patterns {
        #[secret(pattern = r"^[a-z]-\d{2}$")] a: String,
        #[secret(pattern = "^.+$", length(min = 2))] b: Option<SecretString>,
        #[secret(pattern = r"(?:x|[^a-c\]]$)")] c: String,
    }
    struct Choices {
        #[secret(one_of("a", "abc"))] a: String,
        #[secret(one_of("ab", "true"))] b: Option<SecretString>,
        mode: Mode,
    }
    #[secret(rename_all = "kebab-case")]
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Mode { Disable, VerifyFull, #[secret(rename = "True")] Yes }
    struct Items {
        #[secret(each(range(1..=9)))] a: Vec<u8>,
        #[secret(each(length(min = 2)), length(max = 2))] b: BTreeMap<String, String>,
        #[secret(each(each(pattern = "^a")))] c: Option<Vec<Vec<String>>>,
    }
    struct Encoded {
        #[secret(base64)] a: Vec<u8>,
        #[secret(hex)] b: Vec<u8>,
        #[secret(base64)] c: Option<SecretSlice<u8>>,
        #[secret(hex, length(1..=2))] d: Vec<u8>,
    }
    struct Host { host: String, port: u16 }
    struct Nested { host: Host, list: Vec<Host>, map: BTreeMap<String, Host>, maybe: Option<Box<Host>> }
    #[secret(deny_unknown_fields)]
    struct Flattened { #[secret(flatten)] host: Host, #[secret(alias = "a")] username: String }
    struct FlattenedMap { host: String, #[secret(flatten, each(range(..=10)))] others: BTreeMap<String, u8> }
    struct FlattenedBoth {
        #[secret(flatten)] host: Host,
        #[secret(flatten)] inner: Inner,
        #[secret(flatten, strict)] others: HashMap<String, String>,
    }
    struct Inner { #[secret(alias = "user_name")] username: String, #[secret(alias = "Host")] x: Option<u8> }
    #[secret(tag = "engine", rename_all = "lowercase", deny_unknown_fields)]
    enum Database {
        Postgres { host: String, #[secret(default = 1)] port: u16 },
        Sqlite { #[secret(alias = "a")] path: SecretString },
        None,
    }
    #[secret(tag = "engine", rename_all = "lowercase")]
    enum Holding { Postgres(Host), Other(BTreeMap<String, Count>), None }
    #[secret(tag = "type", rename_all = "lowercase")]
    enum Beside { Closed(Closed), Open(Host), #[secret(rename = "true")] Yes }
    struct Maybe(Option<String>);
    #[secret(rename_all = "lowercase")]
    enum Held { A(Option<String>), B(Option<u8>), C(Maybe) }
    struct Maybes { list: Vec<Maybe>, map: BTreeMap<String, Maybe>, held: Vec<Held> }
    #[secret(tag = "kind", content = "value", rename_all = "lowercase")]
    enum Adjacent { Login(Host), Ports(#[secret(length(min = 1))] Vec<u16>), Maybe(Option<u8>), None }
    #[secret(rename_all = "lowercase")]
    enum Keyed {
        Login { user: String, #[secret(default = 1)] port: u16 },
        Token(#[secret(length(min = 3))] SecretString),
        Host(Host),
        None,
    }
    #[secret(untagged, deny_unknown_fields)]
    enum Untagged {
        Token(#[secret(length(min = 3))] SecretString),
        Login { user: String, password: SecretString },
        Ports(Vec<u16>),
        Any { user: String, #[secret(flatten)] others: BTreeMap<String, bool> },
    }
    #[secret(untagged)]
    enum Tried { Number(#[secret(strict)] u8), Map(BTreeMap<String, String>) }
    struct Credentials { keyed: Keyed, tried: Vec<Tried>, beside: Adjacent, unit: Option<Keyed> }
    struct Holder { database: Database, key: Key, maybe: Option<Key>, list: Vec<Key> }
    #[secret(text)]
    struct Key(#[secret(length(min = 3), pattern = "^a")] SecretString);
    #[secret(rename_all = "camelCase")]
    struct Renamed { db_name: String, #[secret(rename = "HOST")] host: String, #[secret(skip)] skipped: u8 }
    struct Generic<T> { a: T, b: Vec<T> }
    struct Pointers {
        #[secret(length(max = 2))] a: Arc<str>,
        b: Rc<str>,
        #[secret(range(..=255))] c: Arc<u16>,
        d: Box<[u8]>,
        #[secret(pattern = "^[a-c]")] e: Cow<'static, str>,
        f: PathBuf,
        #[secret(length(min = 1))] g: Zeroizing<String>,
        h: SecretBox<u32>,
    }
    // Strict, because JSON Schema considers a value and the string that spells it to be distinct items.
    #[secret(strict)]
    struct Collections {
        #[secret(length(max = 2), each(length(max = 2)))] a: HashSet<String>,
        #[secret(each(range(..=9)))] b: BTreeSet<u8>,
        c: VecDeque<bool>,
        #[secret(each(range(1..)))] d: [u8; 2],
        e: (String, u8, (bool,)),
    }
    struct WideNumbers {
        #[secret(range(..=340_282_366_920_938_463_463_374_607_431_768_211_455))] a: u128,
        b: i128,
        #[secret(range(..=9))] c: NonZeroU8,
        #[secret(strict)] d: NonZeroI16,
        #[secret(multiple_of(5), strict)] e: u128,
        #[secret(strict)] f: Option<NonZeroU64>,
    }
    #[secret(lenient)]
    struct Lenient {
        a: u64,
        b: bool,
        c: Option<u8>,
        #[secret(default)] d: bool,
        e: f64,
        f: Vec<Option<bool>>,
        g: String,
        #[secret(strict)] h: Option<u8>,
    }
    struct Newtypes { a: Small, b: BTreeMap<String, Wrapped>, c: Vec<Small>, #[secret(default)] d: Converted }
    struct Small(#[secret(range(1..=9), strict)] u8);
    #[secret(untagged)]
    enum Count { One(u8), Many(Vec<u8>), Text(String) }
    struct Wrapped(Host);
    #[secret(from = "Option<String>", debug = false)]
    #[derive(Debug, Default)]
    struct Converted(Option<String>);
    struct Spelled { a: char, b: Duration, c: Vec<Duration>, d: Option<char> }
    struct Keys {
        #[secret(length(min = 1))] a: BTreeMap<i128, String>,
        b: HashMap<char, u8>,
        c: BTreeMap<Mode, u8>,
        d: BTreeMap<bool, u8>,
        e: HashMap<Name, bool>,
    }
    #[secret(text)]
    #[derive(PartialEq, Eq, Hash)]
    struct Name(#[secret(pattern = "^a")] Box<str>);
    struct KeysBeside { host: String, #[secret(flatten)] others: BTreeMap<i128, bool> }
    struct Bytes {
        #[secret(base64(url))] a: Vec<u8>,
        #[secret(base64(unpadded))] b: Box<[u8]>,
        #[secret(base64(url, unpadded))] c: Arc<[u8]>,
        #[secret(base64)] d: VecDeque<Zeroizing<Vec<u8>>>,
        #[secret(hex)] e: BTreeMap<String, Vec<u8>>,
        #[secret(hex, length(max = 2))] f: Option<SecretSlice<u8>>,
    }
    struct Nothing {}
}

impl From<Option<String>> for Converted {
    fn from(text: Option<String>) -> Self {
        Self(text)
    }
}
