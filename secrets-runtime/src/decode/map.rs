//! The keys and entries of a map.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::NonZero;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::path::Step;
use super::report::{Report, Reported};
use super::view::{Json, Kind};
use crate::json::Document;
use crate::secret::SecretValue;
use secrets_shape::shape::Shape;

/// A type that can be the key of a map. A key is read like a JSON string.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use std::collections::BTreeMap;
///
/// use secrets_runtime::Secret;
///
/// #[derive(Secret)]
/// struct Shards {
///     hosts: BTreeMap<u16, String>,
/// }
///
/// let shards = Shards::from_json(r#"{"hosts": {"1": "a.internal", "2": "b.internal"}}"#)?;
/// assert_eq!(shards.hosts[&2], "b.internal");
/// # }
/// # Ok::<(), secrets_runtime::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map in a secret",
    label = "not a type that a key of JSON can become",
    note = "use a string, an integer, `bool`, `char` or an IP address, or with `#[derive(Secret)]` a newtype of these or an enum of names"
)]
pub trait MapKey: SecretValue {}

macro_rules! keys {
    ($($key:ty)*) => {$(impl MapKey for $key {})*};
}

keys! {
    String Box<str> Arc<str> Rc<str> Cow<'static, str> PathBuf char bool
    i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize
    NonZero<i8> NonZero<i16> NonZero<i32> NonZero<i64> NonZero<i128> NonZero<isize>
    NonZero<u8> NonZero<u16> NonZero<u32> NonZero<u64> NonZero<u128> NonZero<usize>
    IpAddr Ipv4Addr Ipv6Addr SocketAddr SocketAddrV4 SocketAddrV6
}

/// Decodes the entries of a map. `insert` returns whether the key is new.
pub fn each_entry<K, T>(
    json: &Json<'_>,
    shape: &Shape,
    report: &mut Report,
    decode_key: impl Fn(&Json<'_>, &mut Report) -> Result<K, Reported>,
    decode: impl Fn(&Json<'_>, &mut Report) -> Result<T, Reported>,
    mut insert: impl FnMut(K, T) -> bool,
) -> Result<(), Reported> {
    if json.kind() != Kind::Object {
        return Err(json.mismatch(shape, report));
    }
    let mut outcome = Ok(());
    let path = json.path().child(Step::AnyKey);
    let path_of_key = path.child(Step::KeyItself);
    for (key, value) in json.map_entries() {
        let Ok(key) = key else {
            outcome = Err(report.bad_key(&path));
            continue;
        };
        let text = Document::plain(&key);
        let key = decode_key(&Json::key(path_of_key, text.root()), report);
        match (key, decode(&json.inner_at(path, value), report)) {
            (Ok(key), Ok(value)) => {
                if !insert(key, value) {
                    outcome = Err(report.violation(&path, "every key once", "a key twice"));
                }
            }
            (Err(reported), _) | (_, Err(reported)) => outcome = Err(reported),
        }
    }
    outcome
}
