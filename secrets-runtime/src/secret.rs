//! The traits of a secret: what `#[derive(Secret)]` implements and the loaders require.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{BuildHasher, Hash};

use crate::decode::{self, Json, MapKey, REDACTED, Report, Reported};
use crate::error::Error;
use crate::json_schema;
use crate::panics::catch;
use crate::source::SecretId;
use crate::spec::SecretSpec;
use secrecy::SecretString;
use secrets_shape::shape::Shape;

/// A type that can be read from a JSON value of a secret.
///
/// Implemented for strings, integers, floats, booleans, [`SecretString`](crate::SecretString), `char`, `Duration`, `PathBuf`, IP and
/// socket addresses; for `Option`, `Box`, `Arc`, `Rc`, lists, arrays, tuples, sets, maps (see [`MapKey`](crate::MapKey)), `SecretBox` and
/// `Zeroizing` of these; and for every type with `#[derive(Secret)]`. Its methods are not a public interface before 1.0.
///
/// ```
/// use secrets_runtime::SecretValue;
///
/// fn is_readable<T: SecretValue>() {}
///
/// is_readable::<Vec<Option<u16>>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a secret",
    label = "not a type that a secret's value can become",
    note = "a struct or enum of your own needs `#[derive(Secret)]`",
    note = "another crate's type needs an option on the field: `#[secret(from_str)]` where it has `FromStr`, `#[secret(serde)]` where it \
            has serde's `Deserialize`, else `#[secret(with = module)]`; those of `url`, `uuid`, `chrono`, `jiff` and `bytes` need \
            secrets-runtime's feature of that name",
    note = "in place of a borrowed text write `String` or `SecretString`"
)]
pub trait SecretValue: Sized {
    /// What JSON the type accepts.
    ///
    /// ```
    /// use secrets_runtime::{SecretValue, Shape};
    ///
    /// let shape: Shape = Vec::<u16>::SHAPE;
    /// ```
    const SHAPE: Shape;

    /// Reads the value, or reports everything that is wrong with it.
    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc, reason = "hidden")]
    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported>;

    /// The value that an absent or `null` key stands for, where the type has one.
    #[doc(hidden)]
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }

    /// `Debug` without the secret.
    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc, reason = "hidden")]
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// A struct that a whole secret is read into: every type with `#[derive(Secret)]`.
///
/// ```
/// use secrets_runtime::{Error, Secret};
///
/// /// What a tool can do with any secret.
/// fn check<T: Secret>(text: &str) -> Result<(), Error> {
///     T::from_json(text).map(drop)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a secret",
    label = "needs `#[derive(Secret)]`",
    note = "a struct of your own needs `#[derive(Secret)]`; any other type, and an enum of names, is a field of such a struct"
)]
pub trait Secret: SecretValue {
    /// What the declaration says about retrieving it.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// assert_eq!(MailApi::SPEC.stage(), "AWSCURRENT");
    /// # }
    /// ```
    const SPEC: SecretSpec;

    /// Reads and validates a document without any source: for tests, or for a secret that ECS injected into an
    /// environment variable (which never follows a rotation).
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// use secrets_runtime::Secret;
    ///
    /// #[derive(Secret)]
    /// struct ApiKey {
    ///     key: String,
    /// }
    ///
    /// let secret = ApiKey::from_json(r#"{"key": "k-123"}"#)?;
    /// assert_eq!(secret.key, "k-123");
    /// # }
    /// # Ok::<(), secrets_runtime::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NotJson`](crate::ErrorKind::NotJson) or [`Invalid`](crate::ErrorKind::Invalid), the latter with every
    /// violation.
    fn from_json(text: &str) -> Result<Self, Error> {
        read(text, None)
    }

    /// The JSON Schema (2020-12) of the documents that are accepted.
    ///
    /// Over documents with unique keys and numbers that a JSON parser holds exactly, a document is valid if and only if
    /// [`from_json`](Self::from_json) accepts it, but for what JSON Schema cannot say and the schema leaves open: what
    /// `validate`, `custom`, `from_str`, `serde` and `json` refuse, the range of a number that is spelled as a string and what it is a multiple of, the
    /// number of bytes behind `base64`, and the length of a flattened map. Doc comments become descriptions; what is not
    /// `public` is `writeOnly`. For a secret that is plain text, the schema is that of the text as a JSON string.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// assert!(MailApi::json_schema().contains(r#""required":["key"]"#));
    /// # }
    /// ```
    #[must_use]
    fn json_schema() -> String {
        json_schema::document(&Self::SHAPE, Self::SPEC.format())
    }
}

/// A secret whose keys are data, loaded by an id that the program gives.
#[diagnostic::do_not_recommend]
impl<K: MapKey + Ord, T: SecretValue> Secret for BTreeMap<K, T> {
    const SPEC: SecretSpec = SecretSpec::new("BTreeMap");
}

/// As a `BTreeMap`.
#[diagnostic::do_not_recommend]
impl<K: MapKey + Eq + Hash, T: SecretValue, S: BuildHasher + Default> Secret for HashMap<K, T, S> {
    const SPEC: SecretSpec = SecretSpec::new("HashMap");
}

/// A secret that is plain text, loaded by an id that the program gives.
#[diagnostic::do_not_recommend]
impl Secret for SecretString {
    const SPEC: SecretSpec = SecretSpec::new("SecretString").text();
}

/// As a `SecretString`, which hides what it holds.
#[diagnostic::do_not_recommend]
impl Secret for String {
    const SPEC: SecretSpec = SecretSpec::new("String").text();
}

/// Decodes and validates the text of a secret; `id` where it was fetched, as errors show it. The program's own code runs in here:
/// where that panics, it refuses the value.
pub fn read<T: Secret>(text: &str, id: Option<&SecretId>) -> Result<T, Error> {
    let read = catch(|| decode::decode(text)).ok_or_else(|| Error::panicked::<T>(id))?;
    read.map_err(|failure| Error::decoding(T::SPEC.type_name(), id, failure))
}

/// A secret whose declaration says where it is: `#[secret(id = "..")]`.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// # use secrets_runtime::{Secret};
/// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
/// use secrets_runtime::NamedSecret;
///
/// assert_eq!(MailApi::ID, "mail/api");
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which secret it is read from",
    label = "needs `#[derive(Secret)]` with an `id`",
    note = "declare it: `#[derive(Secret)]` and `#[secret(id = \"..\")]` above the struct; a type parameter needs the bound `NamedSecret`",
    note = "with an id that is known at run time write `load_from`, or `live_from` to follow rotations"
)]
pub trait NamedSecret: Secret {
    /// The id as declared: a name, a partial or a full ARN, with `{VARIABLE}` placeholders.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// # use secrets_runtime::NamedSecret;
    /// println!("reads {}", MailApi::ID);
    /// # }
    /// ```
    const ID: &'static str;
}

/// The staging label of the version in use.
pub const AWSCURRENT: &str = "AWSCURRENT";

/// The staging label of the version that a rotation is about to make current.
pub const AWSPENDING: &str = "AWSPENDING";

/// The staging label of the version that was in use before.
pub const AWSPREVIOUS: &str = "AWSPREVIOUS";
