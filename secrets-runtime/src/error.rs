//! The error type: what failed, and what to do about it.
//!
//! An error is made from the declaration, the id and the kind of the failure. Secret values never get into it.

mod display;
mod kind;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::decode::{Failure, VIOLATIONS, Violation};
use crate::secret::Secret;
use crate::source::{SecretId, SourceError};
pub(crate) use display::OneLine;
pub use kind::ErrorKind;
use secrets_shape::id::{self, BadId};

/// Why a secret could not be loaded.
///
/// `{}` is one line, for a log: which secret failed and why, every violation, and what to do about it. `{:#}` is a
/// report for people: one line for each violation, and the cause. `Debug` prints the report too, so that `fn main() ->
/// Result<(), Error>` reads well. No secret value appears in it. [`source`](std::error::Error::source) returns the
/// cause, which `{}` leaves out. Cloning is cheap. With the feature `serde` it can be serialized.
///
/// ```
/// # #[cfg(feature = "derive")] {
/// use secrets_runtime::{Secret};
///
/// #[derive(Secret)]
/// struct ApiKey {
///     key: String,
/// }
///
/// let error = ApiKey::from_json(r#"{"key": 5}"#).err().unwrap();
/// assert_eq!(
///     error.to_string(),
///     "the secret does not fit ApiKey: 1 violation (key: expected a string, found a number); \
///      help: correct the secret's value, or change the struct"
/// );
/// assert_eq!(
///     format!("{error:#}"),
///     "the secret does not fit ApiKey: 1 violation\n  key: expected a string, found a number\n\
///      help: correct the secret's value, or change the struct"
/// );
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    transient: bool,
    id: Option<String>,
    message: String,
    violations: Vec<Violation>,
    hint: Option<Cow<'static, str>>,
    /// One error per failed secret if several were loaded; empty for one.
    parts: Vec<Error>,
    /// The cause.
    cause: Option<Error>,
}

impl Error {
    /// The kind of failure. For several secrets: the kind of the first failure that is not transient, or else of the
    /// first failure.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{ErrorKind, Secret};
    /// #
    /// # #[derive(Secret)]
    /// # struct ApiKey {
    /// #     key: String,
    /// # }
    /// #
    /// let error = ApiKey::from_json(r#"{"key": 5}"#).err().unwrap();
    /// assert_eq!(error.kind(), ErrorKind::Invalid);
    /// # }
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The id that was requested, with its placeholders resolved. If one variable holds the whole id, it may hold a
    /// secret's value by mistake: unless it is an ARN, it is shown as `{VARIABLE}` until the source has found the
    /// secret.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret};
    /// #
    /// # #[derive(Secret)]
    /// # struct ApiKey {
    /// #     key: String,
    /// # }
    /// #
    /// let error = ApiKey::from_json(r#"{"key": 5}"#).err().unwrap();
    /// assert_eq!(error.secret_id(), None); // it came from no source
    /// # }
    /// ```
    #[must_use]
    pub fn secret_id(&self) -> Option<&str> {
        self.0.id.as_deref()
    }

    /// Every violation of the contract, up to 100; empty unless the kind is [`ErrorKind::Invalid`].
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret};
    /// #
    /// # #[derive(Secret)]
    /// # struct ApiKey {
    /// #     key: String,
    /// # }
    /// #
    /// let error = ApiKey::from_json(r#"{"key": 5}"#).err().unwrap();
    /// assert_eq!(error.violations()[0].path().to_string(), "key");
    /// # }
    /// ```
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// One error per secret that failed: several after loading several secrets, otherwise this one.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret};
    /// #
    /// # #[derive(Secret)]
    /// # struct ApiKey {
    /// #     key: String,
    /// # }
    /// #
    /// let error = ApiKey::from_json(r#"{"key": 5}"#).err().unwrap();
    /// for error in error.errors() {
    ///     eprintln!("{:?}: {error}", error.secret_id());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn errors(&self) -> &[Error] {
        if self.0.parts.is_empty() { std::slice::from_ref(self) } else { &self.0.parts }
    }

    /// Whether the same call may succeed later by itself. For several secrets: whether all of them may.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret};
    /// #
    /// # #[derive(Secret)]
    /// # struct ApiKey {
    /// #     key: String,
    /// # }
    /// #
    /// let error = ApiKey::from_json(r#"{"key": 5}"#).err().unwrap();
    /// assert!(!error.is_transient());
    /// # }
    /// ```
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.0.transient
    }

    /// What to do about it, and who has to do it.
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// # use secrets_runtime::{Secret};
    /// #
    /// # #[derive(Secret)]
    /// # struct ApiKey {
    /// #     key: String,
    /// # }
    /// #
    /// let error = ApiKey::from_json(r#"{"key": 5}"#).err().unwrap();
    /// assert_eq!(error.hint(), Some("correct the secret's value, or change the struct"));
    /// # }
    /// ```
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The report without the help line.
    pub(crate) fn without_help(&self) -> String {
        format!("{:#}", Self::from(Inner { hint: None, ..Inner::clone(&self.0) }))
    }

    /// Which secret failed and why, without violations and help.
    #[cfg(feature = "serde")]
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// One error per failed secret if several were loaded; empty for one.
    #[cfg(feature = "serde")]
    pub(crate) fn parts(&self) -> &[Error] {
        &self.0.parts
    }

    /// The cause.
    #[cfg(feature = "serde")]
    pub(crate) fn cause(&self) -> Option<&Error> {
        self.0.cause.as_ref()
    }

    /// The program or its environment is misconfigured.
    pub(crate) fn configuration(message: impl Into<String>, hint: impl Into<Cow<'static, str>>) -> Self {
        let hint = Some(hint.into());
        Inner { hint, ..Inner::new(ErrorKind::Configuration, message.into()) }.into()
    }

    /// An invalid id in a declaration. The values of its placeholders are not shown.
    pub(crate) fn declared_id(declared: &str, reason: &BadId) -> Self {
        let variables: Vec<&str> = id::variables(declared).collect();
        let hint = match reason {
            BadId::Unset(variable) | BadId::Blank(variable) => {
                Cow::Owned(format!("set {variable} in the program's environment"))
            }
            _ if variables.is_empty() => Cow::Borrowed("correct the `id` of the declaration"),
            _ => Cow::Owned(format!(
                "set {} to what stands there in the name or ARN of the secret; ECS `secrets` with `valueFrom` puts the secret's value \
                 into a variable instead, which `from_json` reads",
                variables.join(" and ")
            )),
        };
        let message = format!("secret {declared:?} cannot be asked for: {reason}");
        Inner { id: Some(declared.to_owned()), hint: Some(hint), ..Inner::new(ErrorKind::BadId, message) }.into()
    }

    /// An invalid id that the caller passed. It is not shown, because it may be anything.
    pub(crate) fn given_id(type_name: &str, reason: &BadId) -> Self {
        let message = format!("the id given for {type_name} cannot be used: {reason}");
        let hint = "give the name or the ARN of a secret; `{VARIABLE}` is for `#[secret(id = ..)]`, here use `format!`";
        Inner { hint: Some(Cow::Borrowed(hint)), ..Inner::new(ErrorKind::BadId, message) }.into()
    }

    /// What a source returned for one secret.
    pub(crate) fn source(id: &SecretId, error: SourceError) -> Self {
        let SourceError { kind, detail, transient, origin, hint, .. } = error;
        let mut message = format!("secret {id} {}", kind.predicate(&detail));
        if let Some(origin) = origin {
            message = format!("{message} ({origin})");
        }
        let inner = Inner::new(kind, message);
        let hint = hint.or(inner.hint);
        Inner { id: Some(id.shown().to_owned()), transient, hint, ..inner }.into()
    }

    /// A source that broke its promise to answer every request.
    pub(crate) fn unanswered(id: &SecretId) -> Self {
        Self::source(id, SourceError::unanswered())
    }

    /// Polls are overdue; `reason` says why, as far as it is known.
    pub(crate) fn overdue(id: &SecretId, age: Duration, reason: &str) -> Self {
        let message =
            format!("secret {id} is overdue: its last poll should have ended {} s ago; {reason}", age.as_secs());
        let hint = "keep a tokio runtime running while the secret is used, and the process from being suspended: the next call \
                    inside a runtime brings the background task back";
        Inner { transient: true, ..Inner::hinted(ErrorKind::Stale, id, message, hint) }.into()
    }

    /// No background task polls, and the program did not poll in time either.
    pub(crate) fn unasked(id: &SecretId, age: Duration) -> Self {
        let message = format!("secret {id} was last polled {} s ago, and no background task polls it", age.as_secs());
        let hint = "take the value with `fresh`, which polls when it is older than you allow, or call `refresh`";
        Inner { transient: true, ..Inner::hinted(ErrorKind::Stale, id, message, hint) }.into()
    }

    /// Adds how long the call retried before it gave up.
    pub(crate) fn tried_for(self, tried: Duration) -> Self {
        if tried < Duration::from_secs(1) {
            return self;
        }
        let inner = Inner::clone(&self.0);
        Inner { message: format!("{} (tried for {} s)", inner.message, tried.as_secs()), ..inner }.into()
    }

    /// A value derived with `try_map` lags behind the newest version.
    pub(crate) fn behind(id: &SecretId, age: Duration) -> Self {
        let message =
            format!("a value derived from secret {id} with `try_map` has been behind it for {} s", age.as_secs());
        let hint = "make the closure of `try_map` end, with a time limit of its own; the derived value from before stays in use";
        Inner::hinted(ErrorKind::Stale, id, message, hint).into()
    }

    /// A closure of the program makes no value from a version.
    pub(crate) fn underived(id: &SecretId, map: &str, what: &str, hint: &'static str) -> Self {
        let message = format!("{map} makes no value from a version of secret {id}: its closure {what}");
        Inner::hinted(ErrorKind::Refused, id, message, hint).into()
    }

    /// A value that is too old; `reason` says why there is no newer one.
    pub(crate) fn stale(id: &SecretId, age: Duration, reason: Option<&Error>) -> Self {
        let message =
            format!("secret {id} was last known to be current {} s ago, longer than the program allows", age.as_secs());
        let mut inner = Inner::new(ErrorKind::Stale, message);
        inner.hint = inner.hint.filter(|_| reason.is_none());
        let transient = reason.is_some_and(Error::is_transient);
        Inner { id: Some(id.shown().to_owned()), transient, cause: reason.cloned(), ..inner }.into()
    }

    /// The program's own code panicked while it decoded or validated a value. `id` is set if the value was fetched.
    pub(crate) fn panicked<T: Secret>(id: Option<&SecretId>) -> Self {
        let type_name = T::SPEC.type_name();
        let subject = id.map_or_else(|| "the secret".to_owned(), |id| format!("secret {id}"));
        let message = format!(
            "{subject} is refused by {type_name}: its `validate`, `custom`, `FromStr` or `Deserialize` panicked over the value"
        );
        let hint = "find the panic in the program's output, and return an error in its place";
        let hint = Some(Cow::Borrowed(hint));
        Inner { id: id.map(|id| id.shown().to_owned()), hint, ..Inner::new(ErrorKind::Refused, message) }.into()
    }

    /// Whether the secret was read and its value is at fault.
    pub(crate) fn is_about_value(&self) -> bool {
        matches!(self.kind(), ErrorKind::Binary | ErrorKind::NotJson | ErrorKind::Invalid | ErrorKind::Refused)
    }

    /// A document could not be decoded as the type of this name. `id` is set if it was fetched.
    pub(crate) fn decoding(type_name: &str, id: Option<&SecretId>, failure: Failure) -> Self {
        let subject = id.map_or_else(|| "the secret".to_owned(), |id| format!("secret {id}"));
        let inner = match failure {
            Failure::NotJson(reason) => {
                let message = format!("{subject} is not the JSON that {type_name} is read from: {reason}");
                Inner::new(ErrorKind::NotJson, message)
            }
            Failure::Invalid(violations) => {
                let count = match violations.len() {
                    1 => "1 violation".to_owned(),
                    VIOLATIONS => format!("{VIOLATIONS} violations or more"),
                    several => format!("{several} violations"),
                };
                let message = format!("{subject} does not fit {type_name}: {count}");
                Inner { violations, ..Inner::new(ErrorKind::Invalid, message) }
            }
        };
        Inner { id: id.map(|id| id.shown().to_owned()), ..inner }.into()
    }

    /// One error for all of the `asked` secrets that failed; if only one failed, its own error.
    pub(crate) fn several(mut parts: Vec<Error>, asked: usize) -> Self {
        if parts.len() == 1 {
            return parts.remove(0);
        }
        let telling = parts.iter().find(|part| !part.is_transient()).or(parts.first());
        let kind = telling.map_or(ErrorKind::Service, Error::kind);
        let transient = parts.iter().all(Error::is_transient);
        let message = format!("{} of {asked} secrets could not be loaded", parts.len());
        Inner { transient, parts, hint: None, ..Inner::new(kind, message) }.into()
    }
}

impl Inner {
    fn new(kind: ErrorKind, message: String) -> Self {
        Self {
            kind,
            transient: kind.is_transient(),
            id: None,
            message,
            violations: Vec::new(),
            hint: kind.hint().map(Cow::Borrowed),
            parts: Vec::new(),
            cause: None,
        }
    }

    /// About one secret, with a remedy of its own in place of the kind's.
    fn hinted(kind: ErrorKind, id: &SecretId, message: String, hint: &'static str) -> Self {
        Self { id: Some(id.shown().to_owned()), hint: Some(Cow::Borrowed(hint)), ..Self::new(kind, message) }
    }
}

impl From<Inner> for Error {
    fn from(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl std::error::Error for Error {
    /// The cause: why a stale value could not be refreshed.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let cause: &Error = self.0.cause.as_ref()?;
        Some(cause)
    }
}
