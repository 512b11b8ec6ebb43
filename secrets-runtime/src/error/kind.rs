//! The kinds of failures, and the words for each.

/// The kind of failure of an [`Error`](super::Error).
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
/// let is_of_the_secret = matches!(error.kind(), ErrorKind::Invalid | ErrorKind::NotJson | ErrorKind::Binary);
/// assert!(is_of_the_secret);
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// This account and region have no secret with this id, or no such version of it.
    NotFound,
    /// The secret was deleted and is in its recovery window.
    MarkedForDeletion,
    /// The caller may not read the secret.
    AccessDenied,
    /// The caller may read the secret, but not use the KMS key that encrypts it.
    KmsDenied,
    /// There are no credentials, or AWS rejects them.
    NoCredentials,
    /// Too many requests.
    Throttled,
    /// The connection to the service could not be made.
    Unreachable,
    /// The service did not answer in time.
    TimedOut,
    /// The service failed, or its answer is invalid.
    Service,
    /// The secret is binary; only text secrets are supported.
    Binary,
    /// The secret's text is not JSON.
    NotJson,
    /// The secret violates the contract that its type declares; see [`Error::violations`](super::Error::violations).
    Invalid,
    /// The program's own code refused a version: its `try_map` failed, or its validation panicked.
    Refused,
    /// The id is invalid, or one of its placeholders has no value.
    BadId,
    /// The program or its environment is misconfigured.
    Configuration,
    /// The value is older than the program allows.
    Stale,
}

impl ErrorKind {
    /// Whether the same call may succeed later by itself.
    pub(crate) fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Unreachable | Self::TimedOut | Self::Service)
    }

    /// The serialized name: `not_found`.
    #[cfg(feature = "serde")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::MarkedForDeletion => "marked_for_deletion",
            Self::AccessDenied => "access_denied",
            Self::KmsDenied => "kms_denied",
            Self::NoCredentials => "no_credentials",
            Self::Throttled => "throttled",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Service => "service",
            Self::Binary => "binary",
            Self::NotJson => "not_json",
            Self::Invalid => "invalid",
            Self::Refused => "refused",
            Self::BadId => "bad_id",
            Self::Configuration => "configuration",
            Self::Stale => "stale",
        }
    }

    /// The rest of a sentence that begins with the secret. `detail` adds what the kind does not say, or is empty.
    pub(crate) fn predicate(self, detail: &str) -> String {
        let (what, why) = match self {
            Self::NotFound => ("does not exist", ""),
            Self::MarkedForDeletion => ("is marked for deletion", ""),
            Self::AccessDenied => ("may not be read", "access is denied"),
            Self::KmsDenied => ("cannot be decrypted", "access to its KMS key is denied"),
            Self::NoCredentials => ("cannot be read", "there are no credentials for it"),
            Self::Throttled => ("cannot be read now", "requests are throttled"),
            Self::Unreachable => ("cannot be read", "the service could not be reached"),
            Self::TimedOut => ("cannot be read", "the service did not answer in time"),
            Self::Service => ("cannot be read", "the service failed"),
            Self::Binary => ("is binary, and only text secrets are supported", ""),
            Self::NotJson => ("is not JSON", ""),
            Self::Invalid => ("is invalid", ""),
            Self::Refused => ("has a version that is refused", ""),
            Self::BadId => ("cannot be asked for", ""),
            Self::Configuration => ("cannot be read", "the configuration is wrong"),
            Self::Stale => ("is older than the program allows", ""),
        };
        // For these kinds the detail replaces the reason: it names the credentials or the setting.
        let is_told = matches!(self, Self::AccessDenied | Self::KmsDenied | Self::NoCredentials | Self::Configuration);
        let why = if is_told && !detail.is_empty() { "" } else { why };
        let clauses = [what, why, detail].into_iter().filter(|clause| !clause.is_empty());
        clauses.collect::<Vec<_>>().join(": ")
    }

    /// What to do, unless the source has more precise advice.
    pub(super) fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::NotFound => "check the id, or create the secret",
            Self::MarkedForDeletion => "restore it, or load another secret",
            Self::AccessDenied => "allow the program to read the secret",
            Self::KmsDenied => "allow the program to decrypt with the key of the secret",
            Self::NoCredentials => "give the program credentials for the source of its secrets",
            Self::Throttled => "poll less often, or load several secrets at once; the quota is per account and region",
            Self::Unreachable | Self::TimedOut => "check the network between the program and the service",
            Self::Service => "try again; if it persists, check the state of the service",
            Self::Binary => "store the secret as text",
            Self::NotJson => {
                "store a JSON object with the keys that the struct declares; if the secret is meant to be plain text, declare \
                 the struct with `#[secret(text)]`"
            }
            Self::Invalid => "correct the secret's value, or change the struct",
            Self::Refused => "see the program's log for why it refuses the version; a version before it stays in use",
            Self::BadId => "check the id: it is the name or the ARN of a secret",
            Self::Stale => "check why polling fails: `health()` and the log say it",
            Self::Configuration => return None,
        })
    }
}
