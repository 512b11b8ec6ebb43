//! The traits of a secret: `#[derive(Secret)]` implements them, and the loaders require them.

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

/// A type that can be decoded from a JSON value of a secret.
///
/// Implemented for strings, integers, floats, booleans, [`SecretString`](crate::SecretString), `char`, `Duration`,
/// `PathBuf`, IP and socket addresses; for `Option`, `Box`, `Arc`, `Rc`, lists, arrays, tuples, sets, maps (see
/// [`MapKey`](crate::MapKey)), `SecretBox` and `Zeroizing` of these; and for every type with `#[derive(Secret)]`. Its
/// methods are not public API before 1.0.
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
    /// The JSON that the type accepts.
    ///
    /// ```
    /// use secrets_runtime::{SecretValue, Shape};
    ///
    /// let shape: Shape = Vec::<u16>::SHAPE;
    /// ```
    const SHAPE: Shape;

    /// Decodes the value, or reports every violation.
    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc, reason = "hidden")]
    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported>;

    /// The value for an absent or `null` key, if the type has one.
    #[doc(hidden)]
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }

    /// `Debug` with the secret redacted.
    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc, reason = "hidden")]
    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// A type that a whole secret is decoded into. `#[derive(Secret)]` implements it for structs; maps and strings are
/// secrets too.
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
    /// The settings of the declaration for loading it.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret};
    /// # #[derive(Secret)] #[secret(id = "mail/api")] struct MailApi { key: String }
    /// assert_eq!(MailApi::SPEC.stage(), "AWSCURRENT");
    /// # }
    /// ```
    const SPEC: SecretSpec;

    /// Decodes and validates a document without a source: for tests, or for a secret that ECS injected into an
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
    /// [`NotJson`](crate::ErrorKind::NotJson) or [`Invalid`](crate::ErrorKind::Invalid), which lists every violation;
    /// [`Refused`](crate::ErrorKind::Refused) if the type's own code panics.
    fn from_json(text: &str) -> Result<Self, Error> {
        read(text, None)
    }

    /// The JSON Schema (2020-12) of the accepted documents.
    ///
    /// If the keys are unique and a JSON parser can hold the numbers exactly, a document is valid if and only if
    /// [`from_json`](Self::from_json) accepts it. The schema is laxer only where JSON Schema cannot express a check:
    ///
    /// - what `validate`, `custom`, `from_str`, `serde` and `json` refuse
    /// - the range of a number that is spelled as a string, and what it is a multiple of
    /// - the number of bytes behind `base64`
    /// - the length of a flattened map
    ///
    /// Doc comments become descriptions; fields that are not `public` are `writeOnly`. For a plain-text secret, the
    /// schema describes the text as a JSON string.
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

/// A secret with arbitrary keys, loaded by an id that the program passes.
#[diagnostic::do_not_recommend]
impl<K: MapKey + Ord, T: SecretValue> Secret for BTreeMap<K, T> {
    const SPEC: SecretSpec = SecretSpec::new("BTreeMap");
}

/// As for `BTreeMap`.
#[diagnostic::do_not_recommend]
impl<K: MapKey + Eq + Hash, T: SecretValue, S: BuildHasher + Default> Secret for HashMap<K, T, S> {
    const SPEC: SecretSpec = SecretSpec::new("HashMap");
}

/// A plain-text secret, loaded by an id that the program passes.
#[diagnostic::do_not_recommend]
impl Secret for SecretString {
    const SPEC: SecretSpec = SecretSpec::new("SecretString").text();
}

/// As for `SecretString`, which redacts its contents; a `String` does not.
#[diagnostic::do_not_recommend]
impl Secret for String {
    const SPEC: SecretSpec = SecretSpec::new("String").text();
}

/// Decodes and validates the text of a secret. `id` is set if it was fetched, for errors. The program's own code runs
/// in here: a panic in it refuses the value.
pub fn read<T: Secret>(text: &str, id: Option<&SecretId>) -> Result<T, Error> {
    let read = catch(|| decode::decode(text)).ok_or_else(|| Error::panicked::<T>(id))?;
    read.map_err(|failure| Error::decoding(T::SPEC.type_name(), id, failure))
}

/// A secret whose declaration has its id: `#[secret(id = "..")]`.
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

/// The staging label of the version that was in use before the current one.
pub const AWSPREVIOUS: &str = "AWSPREVIOUS";
