// `links.md` comes first: in Markdown the first definition of a link wins, so the README's links to repository files
// lead to `guides` here. rustdoc warnings for lines past the end of `links.md` are about the README.
#![cfg_attr(all(feature = "derive", feature = "aws-https"), doc = include_str!("links.md"))]
#![cfg_attr(all(feature = "derive", feature = "aws-https"), doc = include_str!("../README.md"))]
#![cfg_attr(not(all(feature = "derive", feature = "aws-https")), doc = "Typed secrets from AWS Secrets Manager.")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Every public enum is `non_exhaustive`, or says why it never grows.
#![warn(clippy::exhaustive_enums)]

pub mod blocking;
mod client;
mod decode;
#[cfg(feature = "descriptor")]
mod entry;
mod error;
// Documentation only: nothing in it is compiled into a program.
#[cfg(all(any(doc, doctest), feature = "derive", feature = "aws-https"))]
pub mod guides;
mod json;
mod json_schema;
mod live;
mod panics;
mod secret;
#[cfg(feature = "serde")]
mod serialized;
pub mod source;
mod spec;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod tools;

#[cfg(feature = "aws")]
pub use aws_config;
pub use client::{BoxFuture, SecretSet, Secrets, SecretsBuilder};
pub use decode::{MapKey, Violation};
pub use error::{Error, ErrorKind};
pub use live::{
    Changes, Health, HealthState, Live, MapError, Pending, Refreshed, Retry, SecretHealth, Snapshot, Status, TryMap,
    Versions,
};
pub use secrecy;
pub use secrecy::{ExposeSecret, SecretBox, SecretSlice, SecretString};
pub use secret::{NamedSecret, Secret, SecretValue};
/// Derives the trait of the same name for a struct or an enum.
///
/// ```
/// use secrets_runtime::{Secret, SecretString};
///
/// #[derive(Secret)]
/// #[secret(id = "{APP_ENV}/mail")]
/// struct Mail {
///     #[secret(length(min = 12))]
///     key: SecretString,
/// }
/// ```
#[cfg_attr(feature = "aws-https", doc = "\n[Declarations](crate::guides::declarations) has all options.")]
#[cfg(feature = "derive")]
pub use secrets_derive::Secret;
pub use secrets_shape::shape::Shape;
pub use spec::SecretSpec;

/// `from_env` does not exist without the HTTP client of the feature `aws-https`.
///
/// ```compile_fail,E0599
/// let secrets = secrets_runtime::Secrets::from_env();
/// ```
#[cfg(all(doctest, not(feature = "aws-https")))]
pub mod from_env_needs_a_client {}

/// Called by derived code. Not public API: the derive and the runtime are released together.
#[doc(hidden)]
pub mod __private {
    pub use secrets_shape::file_shape::{Constant, FileObject, FileShape, Kinds, Place, Span as Places, Verdict};
    pub use secrets_shape::fits::{fits, lack};
    pub use secrets_shape::number::Integer;
    pub use secrets_shape::rule::{Bound, Rule};
    pub use secrets_shape::shape::{
        Absence, Coercion, Exposure, FieldShape, ObjectShape, Placement, Shape, TaggedShape, Telling, Unknown,
        VariantsShape,
    };

    pub use crate::decode::{
        BesideTag, Coded, Each, Flatten, FromBase64, FromHex, FromSerde, FromString, GivenDefault, Holds, Json, MapKey,
        Measured, Named, Newtype, Object, Pattern, Ranged, Redacted, Report, Reported, Rules, Slot, TextDefault,
        Textual, Tries, absent_with, converted, decode_json, decode_with, hidden, name, named, validate, variant,
    };
    pub use crate::secret::{NamedSecret, Secret, SecretValue};
    pub use crate::spec::SecretSpec;
}

/// Called by `cargo secrets`. Not public API: the command and the runtime are released together.
#[doc(hidden)]
pub mod __tools {
    pub use crate::tools::{Declared, Text, check, declaration, json_schema, without_help};
    #[cfg(feature = "aws-https")]
    pub use crate::tools::{
        aws, credentials_problem, denied, has_empty_endpoint, is_code, is_html, region_of, sdk_config,
    };
}
