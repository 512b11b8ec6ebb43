//! The supported field types, and the message for a value that does not fit.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::{NonZeroI8, NonZeroU16, NonZeroU64};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use secrets_runtime::{ExposeSecret, Secret, SecretBox, SecretString};
use zeroize::Zeroizing;

fn violations<T: Secret>(json: &str) -> String {
    let error = T::from_json(json).err().expect("a violation");
    let told: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
    told.join("\n")
}

#[derive(Secret)]
struct Pointers {
    shared: Arc<str>,
    local: Rc<str>,
    number: Arc<Option<u16>>,
    items: Box<[String]>,
    shared_items: Arc<[u8]>,
    text: Cow<'static, str>,
    path: PathBuf,
    wiped: Zeroizing<String>,
    hidden: SecretBox<u32>,
    hidden_text: SecretBox<String>,
}

#[test]
fn a_pointer_is_read_as_what_it_points_to() {
    let read = Pointers::from_json(
        r#"{"shared": "a\n", "local": "b", "items": ["x"], "shared_items": [1, "2"], "text": "c",
            "path": "/run/tls", "wiped": "d", "hidden": 7, "hidden_text": "e"}"#,
    )
    .expect("valid");
    assert_eq!((&*read.shared, &*read.local, *read.number), ("a\n", "b", None));
    assert_eq!((&*read.items, &*read.shared_items), (&["x".to_owned()][..], &[1, 2][..]));
    assert_eq!((&*read.text, &*read.path, read.wiped.as_str()), ("c", Path::new("/run/tls"), "d"));
    assert_eq!((*read.hidden.expose_secret(), read.hidden_text.expose_secret().as_str()), (7, "e"));
    let shown = format!("{read:?}");
    assert_eq!(shown.matches("[REDACTED]").count(), 10, "{shown}");
}

#[derive(Secret)]
#[allow(dead_code, reason = "shown")]
struct Collections {
    #[secret(length(max = 2))]
    set: HashSet<String>,
    sorted: BTreeSet<u8>,
    queue: VecDeque<bool>,
    pair: (String, u16),
    #[secret(each(range(1..)))]
    array: [u8; 2],
    nested: Vec<(u8, [Inner; 1])>,
}

#[derive(Secret)]
struct Inner {
    #[secret(public)]
    name: String,
    token: SecretString,
}

#[test]
fn sets_tuples_and_arrays_are_read_from_arrays() {
    let read = Collections::from_json(
        r#"{"set": ["b", "a"], "sorted": [3, 1], "queue": [true, false], "pair": ["a", "5432"], "array": [1, 2],
            "nested": [[1, [{"name": "n", "token": "t"}]]]}"#,
    )
    .expect("valid");
    assert_eq!((read.set.len(), read.sorted.first(), read.queue.front()), (2, Some(&1), Some(&true)));
    assert_eq!((read.pair, read.array), (("a".to_owned(), 5432), [1, 2]));
    assert_eq!(read.nested[0].1[0].token.expose_secret(), "t");
    let shown = format!("{:?}", read.nested[0].1[0]);
    assert_eq!(shown, r#"Inner { name: "n", token: [REDACTED] }"#);
}

#[test]
fn what_a_set_a_tuple_or_an_array_does_not_hold_is_named() {
    assert_eq!(
        violations::<Collections>(
            r#"{"set": ["a", "b", "a"], "sorted": [1, "1"], "queue": {}, "pair": ["a"], "array": [0, 300],
                "nested": [[true, [{"name": "n"}]]]}"#
        ),
        "set: expected an array of at most 2 items without duplicates, found an item twice\n\
         sorted: expected an array without duplicates, found an item twice\n\
         queue: expected an array, found an object\n\
         pair: expected an array of 2 items, found one of a different length\n\
         array[1]: expected an integer from 1 to 255, found a number that does not fit\n\
         nested[0][0]: expected an integer from 0 to 255, found a boolean\n\
         nested[0][1][0].token: expected a string, found nothing"
    );
    assert_eq!(
        violations::<Collections>(
            r#"{"set": [], "sorted": [], "queue": [], "pair": ["a", 1], "array": [0, 1], "nested": []}"#
        ),
        "array[0]: expected an integer from 1 to 255, found a smaller number"
    );
}

#[derive(Secret)]
#[allow(dead_code, reason = "shown")]
struct Numbers {
    #[secret(range(1..=340_282_366_920_938_463_463_374_607_431_768_211_455))]
    wide: u128,
    #[secret(multiple_of(2))]
    signed: i128,
    port: NonZeroU16,
    step: NonZeroI8,
    #[secret(range(..=10))]
    optional: Option<NonZeroU64>,
    letter: char,
}

#[test]
fn numbers_have_the_limits_of_their_types() {
    let read = Numbers::from_json(
        r#"{"wide": 340282366920938463463374607431768211455, "signed": -170141183460469231731687303715884105728,
            "port": "5432", "step": -128, "optional": 10, "letter": "é"}"#,
    )
    .expect("valid");
    assert_eq!((read.wide, read.signed, read.port.get()), (u128::MAX, i128::MIN, 5432));
    assert_eq!((read.step.get(), read.optional.map(NonZeroU64::get), read.letter), (-128, Some(10), 'é'));
    assert_eq!(
        violations::<Numbers>(
            r#"{"wide": 340282366920938463463374607431768211456, "signed": 1, "port": 0, "step": "0", "optional": 11, "letter": "ab"}"#
        ),
        "wide: expected an integer from 1 to 340282366920938463463374607431768211455, found a number that does not fit\n\
         signed: expected an integer from -170141183460469231731687303715884105728 to 170141183460469231731687303715884105727 that is a multiple of 2, found a number that does not fit\n\
         port: expected an integer from 1 to 65535, found a number that does not fit\n\
         step: expected an integer from -128 to 127 except 0, found a string that spells a number that does not fit\n\
         optional: expected an integer from 1 to 10, found a larger number\n\
         letter: expected a string of 1 character, found one of a different length"
    );
}

#[derive(Secret)]
struct Addresses {
    host: IpAddr,
    four: Option<Ipv4Addr>,
    listen: SocketAddr,
    timeout: Duration,
    #[secret(default = Duration::from_secs(30))]
    idle: Duration,
}

#[test]
fn addresses_and_durations_need_no_attribute() {
    let read = Addresses::from_json(r#"{"host": "::1", "four": "10.0.0.1", "listen": "[::]:80", "timeout": "1h30m"}"#)
        .expect("valid");
    assert_eq!((read.host, read.four), (IpAddr::V6(Ipv6Addr::LOCALHOST), Some(Ipv4Addr::new(10, 0, 0, 1))));
    assert_eq!((read.listen.port(), read.timeout.as_secs(), read.idle.as_secs()), (80, 5400, 30));
    assert_eq!(
        violations::<Addresses>(r#"{"host": "canary", "four": 1, "listen": "canary", "timeout": 30, "idle": "30"}"#),
        "host: expected a string that is a valid IpAddr, found a string that does not fit\n\
         four: expected a string that is a valid Ipv4Addr, found a number\n\
         listen: expected a string that is a valid SocketAddr, found a string that does not fit\n\
         timeout: expected a duration such as \"30s\", \"5m\", \"1h30m\" or \"7d\", found a number, which has no unit\n\
         idle: expected a duration such as \"30s\", \"5m\", \"1h30m\" or \"7d\", found a string that does not fit"
    );
}

#[derive(Secret)]
struct Maps {
    ports: BTreeMap<u16, String>,
    #[secret(default)]
    hosts: HashMap<IpAddr, bool>,
    #[secret(default)]
    modes: BTreeMap<Mode, u8>,
    #[secret(default, length(max = 1))]
    names: HashMap<Name, u8>,
    #[secret(default)]
    shared: BTreeMap<Arc<str>, Inner>,
}

#[derive(Secret, PartialEq, Eq, PartialOrd, Ord)]
#[secret(rename_all = "lowercase")]
enum Mode {
    Read,
    Write,
}

#[derive(Secret, PartialEq, Eq, Hash)]
#[secret(text)]
struct Name(#[secret(pattern = "^[a-z]+$")] String);

#[test]
fn keys_of_maps_are_read_as_strings_are() {
    let read = Maps::from_json(
        r#"{"ports": {"1": "a", "65535": "b"}, "hosts": {"::1": true}, "modes": {"read": 1}, "names": {"abc": 1},
            "shared": {"a\u0062": {"name": "n", "token": "t"}}}"#,
    )
    .expect("valid");
    assert_eq!((read.ports[&65535].as_str(), read.hosts[&IpAddr::V6(Ipv6Addr::LOCALHOST)]), ("b", true));
    assert_eq!((read.modes[&Mode::Read], read.names.len(), read.shared["ab"].name.as_str()), (1, 1, "n"));
    assert!(!read.modes.contains_key(&Mode::Write));
    assert_eq!(
        violations::<Maps>(
            r#"{"ports": {"canary": "a", "65536": 5}, "hosts": {"canary": 1}, "modes": {"Read": 1},
                "names": {"A": 1, "b": 2}, "shared": {"x": {"name": "n"}}}"#
        ),
        "ports.* (the key): expected an integer from 0 to 65535, found a string that does not spell one\n\
         ports.* (the key): expected an integer from 0 to 65535, found a string that spells a number that does not fit\n\
         ports.*: expected a string, found a number\n\
         hosts.* (the key): expected a string that is a valid IpAddr, found a string that does not fit\n\
         hosts.*: expected true or false, found a number\n\
         modes.* (the key): expected \"read\" or \"write\", found a string that is not one of them\n\
         names.* (the key): expected a string that matches ^[a-z]+$, found a string that does not match\n\
         shared.*.token: expected a string, found nothing"
    );
    assert_eq!(
        violations::<Maps>(r#"{"ports": {"1": "a", "\u0031": "b"}}"#),
        "ports.*: expected every key once, found a key twice"
    );
}

#[derive(Secret)]
struct Coded {
    #[secret(from_str)]
    addresses: BTreeMap<String, Vec<IpAddr>>,
    #[secret(from_str)]
    boxed: Option<Box<Level>>,
    #[secret(from_str(number))]
    level: Level,
    #[secret(from_str)]
    levels: VecDeque<Arc<Level>>,
    #[secret(base64)]
    key: SecretBox<[u8; 3]>,
    #[secret(base64)]
    keys: HashMap<String, Zeroizing<Vec<u8>>>,
    #[secret(hex)]
    fixed: Zeroizing<[u8; 2]>,
    #[secret(base64(lenient), length(max = 4))]
    wrapped: Arc<[u8]>,
}

#[derive(PartialEq, Debug)]
struct Level(u8);

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("no level: {text}"))
    }
}

#[test]
fn a_codec_reads_what_is_in_containers() {
    let read = Coded::from_json(
        r#"{"addresses": {"a": ["::1"]}, "boxed": "1", "level": 2.0, "levels": ["3"], "key": "AQID", "keys": {"k": "AQ=="},
            "fixed": "ff00", "wrapped": "AQID\r\nBA==\n"}"#,
    )
    .expect("valid");
    assert_eq!((read.addresses["a"].len(), read.boxed.as_deref(), read.level), (1, Some(&Level(1)), Level(2)));
    assert_eq!(read.levels[0].0, 3);
    assert_eq!((read.key.expose_secret(), &*read.keys["k"], *read.fixed), (&[1, 2, 3], &vec![1], [0xff, 0]));
    assert_eq!(*read.wrapped, [1, 2, 3, 4]);
    assert_eq!(
        violations::<Coded>(
            r#"{"addresses": {"a": ["canary"]}, "boxed": 1, "level": 0.5, "levels": [3], "key": "AQ==",
                "keys": {"k": "_w=="}, "fixed": "ff0", "wrapped": "AQIDBAU="}"#
        ),
        "addresses.*[0]: expected a string that is a valid IpAddr, found a string that does not fit\n\
         boxed: expected a string that is a valid Level, found a number, which `from_str(number)` reads\n\
         level: expected a string or an integer that is a valid Level, found a number that does not fit\n\
         levels[0]: expected a string that is a valid Level, found a number, which `from_str(number)` reads\n\
         key: expected a base64 string, found a string that does not fit\n\
         keys.*: expected a base64 string, found base64 of the URL-safe alphabet, which the option `url` reads\n\
         fixed: expected a string of hexadecimal digits, found a string that does not fit\n\
         wrapped: expected a base64 string of at most 4 bytes, found a longer one"
    );
}

#[derive(Secret)]
#[allow(dead_code, reason = "refused")]
struct Forms {
    #[secret(base64)]
    standard: Vec<u8>,
    #[secret(base64(url))]
    url: Vec<u8>,
    #[secret(base64(unpadded))]
    unpadded: Vec<u8>,
    #[secret(base64(url, unpadded, lenient))]
    token: Vec<u8>,
}

#[test]
fn another_base64_is_recognized() {
    assert_eq!(
        violations::<Forms>(
            r#"{"standard": "AQID\nBA==", "url": "+/+/", "unpadded": "AQIDBA==", "token": "AQIDBA=="}"#
        ),
        "standard: expected a base64 string, found base64 with line ends, which the option `lenient` reads\n\
         url: expected a base64 string in the URL-safe alphabet, found base64 of the standard alphabet, which the option `url` rules out\n\
         unpadded: expected a base64 string without padding, found base64 with padding, which the option `unpadded` rules out\n\
         token: expected a base64 string in the URL-safe alphabet without padding, found base64 with padding, which the option `unpadded` rules out"
    );
    assert_eq!(
        violations::<Forms>(r#"{"standard": "_-8", "url": "AQ", "unpadded": "?", "token": "_-8"}"#),
        "standard: expected a base64 string, found base64 of the URL-safe alphabet without padding, which the options `url, unpadded` read\n\
         url: expected a base64 string in the URL-safe alphabet, found base64 without padding, which the option `unpadded` reads\n\
         unpadded: expected a base64 string without padding, found a string that does not fit"
    );
}
