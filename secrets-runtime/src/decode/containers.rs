//! The types that hold other values: options, boxes, vectors and string maps.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::BuildHasher;

use super::path::Step;
use super::redacted::{REDACTED, Redacted};
use super::report::{Report, Reported};
use super::view::{Json, Kind};
use crate::secret::SecretValue;
use secrets_shape::shape::Shape;

impl<T: SecretValue> SecretValue for Option<T> {
    const SHAPE: Shape = Shape::Optional(&T::SHAPE);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
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

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
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

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        json.vector(&Self::SHAPE, report, T::decode)
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

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let mut map = Self::new();
        each_entry(json, &Self::SHAPE, report, T::decode, |key, value| map.insert(key, value).is_none())?;
        Ok(map)
    }
}

impl<T: SecretValue, S: BuildHasher + Default> SecretValue for HashMap<String, T, S> {
    const SHAPE: Shape = Shape::Map(&T::SHAPE);

    fn decode(json: &Json<'_>, report: &mut Report) -> Result<Self, Reported> {
        let mut map = Self::with_capacity_and_hasher(json.entries().count(), S::default());
        each_entry(json, &Self::SHAPE, report, T::decode, |key, value| map.insert(key, value).is_none())?;
        Ok(map)
    }
}

/// Decodes the entries of a map; `insert` says whether the key is new.
pub fn each_entry<T>(
    json: &Json<'_>,
    shape: &Shape,
    report: &mut Report,
    decode: impl Fn(&Json<'_>, &mut Report) -> Result<T, Reported>,
    mut insert: impl FnMut(String, T) -> bool,
) -> Result<(), Reported> {
    if json.kind() != Kind::Object {
        return Err(json.mismatch(shape, report));
    }
    let mut outcome = Ok(());
    let path = json.path().child(Step::AnyKey);
    for (key, value) in json.map_entries() {
        let Ok(key) = key else {
            outcome = Err(report.bad_key(&path));
            continue;
        };
        match decode(&json.inner_at(path, value), report) {
            Ok(value) => {
                if !insert(key.into_string(), value) {
                    outcome = Err(report.violation(&path, "every key once", "a key twice"));
                }
            }
            Err(reported) => outcome = Err(reported),
        }
    }
    outcome
}
