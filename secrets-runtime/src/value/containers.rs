//! The types that hold other values: options, boxes, vectors and string maps.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::BuildHasher;

use super::json::{Json, Kind};
use super::redacted::{REDACTED, Redacted};
use super::report::{Report, Reported};
use crate::schema::Shape;
use crate::secret::SecretValue;

impl<T: SecretValue> SecretValue for Option<T> {
    const SHAPE: Shape = Shape::Optional(&T::SHAPE);

    fn decode(json: Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        if json.is_null() {
            return Ok(None);
        }
        T::decode(json, report).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !T::SHAPE.redacts_itself() {
            return f.write_str(REDACTED);
        }
        fmt::Debug::fmt(&self.as_ref().map(Redacted::new), f)
    }
}

impl<T: SecretValue> SecretValue for Box<T> {
    const SHAPE: Shape = T::SHAPE;

    fn decode(json: Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        T::decode(json, report).map(Box::new)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Box::new)
    }

    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::redacted(self, f)
    }
}

impl<T: SecretValue> SecretValue for Vec<T> {
    const SHAPE: Shape = Shape::Array(&T::SHAPE);

    fn decode(json: Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        json.vector(&Self::SHAPE, T::decode, report)
    }

    fn redacted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !T::SHAPE.redacts_itself() {
            return f.write_str(REDACTED);
        }
        f.debug_list().entries(self.iter().map(Redacted::new)).finish()
    }
}

impl<T: SecretValue> SecretValue for BTreeMap<String, T> {
    const SHAPE: Shape = Shape::Map(&T::SHAPE);

    fn decode(json: Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let mut map = Self::new();
        each_entry(&json, report, |key, value| map.insert(key, value).is_none())?;
        Ok(map)
    }
}

impl<T: SecretValue, S: BuildHasher + Default> SecretValue for HashMap<String, T, S> {
    const SHAPE: Shape = Shape::Map(&T::SHAPE);

    fn decode(json: Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let mut map = Self::default();
        each_entry(&json, report, |key, value| map.insert(key, value).is_none())?;
        Ok(map)
    }
}

/// Decodes the entries of a map; `insert` says whether the key is new.
fn each_entry<T: SecretValue>(
    json: &Json<'_>,
    report: &mut Report,
    mut insert: impl FnMut(String, T) -> bool,
) -> Result<(), Reported> {
    if json.kind() != Kind::Object {
        return Err(json.mismatch(&Shape::Map(&T::SHAPE), report));
    }
    let mut outcome = Ok(());
    json.map_entries(report, &mut |key, value, report| {
        let path = *value.path();
        match T::decode(value, report) {
            Ok(value) => {
                if !insert(key.into_string(), value) {
                    outcome = Err(report.violation(&path, "every key once", "a key twice"));
                }
            }
            Err(reported) => outcome = Err(reported),
        }
    })?;
    outcome
}
