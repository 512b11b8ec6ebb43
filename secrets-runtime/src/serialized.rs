//! Errors and states as data, with the feature `serde`: for structured logs and status pages. Names are those of the
//! getters; durations are in seconds, points in time in seconds since 1970. Errors from closures of the program are
//! left out.

use std::time::Duration;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::decode::Violation;
use crate::error::{Error, ErrorKind};
use crate::live::{Health, HealthState, SecretHealth, Status, unix_seconds};

/// Serializes a struct with these names and values.
macro_rules! fields {
    ($type:ident: |$this:ident| $($name:literal = $value:expr),+ $(,)?) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $this = self;
                let mut fields = serializer.serialize_struct(stringify!($type), [$($name),+].len())?;
                $(fields.serialize_field($name, &$value)?;)+
                fields.end()
            }
        }
    };
}

fields!(Violation: |violation|
    "path" = violation.path(),
    "expected" = violation.expected(),
    "found" = violation.found(),
);

fields!(Error: |error|
    "kind" = error.kind(),
    "message" = error.message(),
    "secret_id" = error.secret_id(),
    "is_transient" = error.is_transient(),
    "violations" = error.violations(),
    "hint" = error.hint(),
    "errors" = error.parts(),
    "cause" = error.cause(),
);

fields!(SecretHealth: |secret|
    "id" = secret.id,
    "declared_id" = secret.declared_id,
    "state" = secret.state,
    "age_seconds" = seconds(secret.age),
    "version_id" = secret.version_id,
    "created_unix_seconds" = secret.created.map(unix_seconds),
    "refused_version_id" = secret.refused_version_id,
    "error" = secret.error,
);

fields!(Health: |health|
    "state" = health.state,
    "secrets" = health.secrets,
    "is_task_dead" = health.is_task_dead,
);

fields!(Status: |status|
    "version_id" = status.version_id,
    "stages" = status.stages,
    "created_unix_seconds" = status.created.map(unix_seconds),
    "fetched_unix_seconds" = unix_seconds(status.fetched),
    "checked_seconds" = seconds(status.checked),
    "age_seconds" = status.age.as_secs_f64(),
    "failures" = status.failures,
    "last_error" = status.last_error,
    "refused_version_id" = status.refused_version_id,
    "next_refresh_seconds" = seconds(status.next_refresh),
    "state" = status.state,
);

/// A string: `not_found`.
impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A string: `degraded`.
impl Serialize for HealthState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn seconds(duration: Option<Duration>) -> Option<f64> {
    duration.map(|duration| duration.as_secs_f64())
}
