//! Decodes arbitrary documents into many types: nothing panics, and no message shows a part of a document.

#[allow(dead_code, reason = "nobody reads what was decoded")]
pub(crate) mod declarations;
mod planted;

use std::fmt::{Debug, Write as _};

use secrets_runtime::{Error, Secret};

use declarations::{Closed, Coded, Database, Flat, Login, Nested, Scalars, Token};

/// Decodes a document into every type: as it is, veiled, and with planted canaries.
///
/// # Panics
/// If a message or a value's `Debug` output shows a part of the document.
pub fn check(data: &[u8]) {
    let Ok(document) = std::str::from_utf8(data) else { return };
    check_as::<Login>(document);
    check_as::<Nested>(document);
    check_as::<Database>(document);
    check_as::<Flat>(document);
    check_as::<Coded>(document);
    check_as::<Scalars>(document);
    check_as::<Closed>(document);
    check_as::<Token>(document);
}

fn check_as<T: Secret + Debug>(document: &str) {
    let _ = rendered::<T>(document);
    let Some(value) = planted::parsed(document) else {
        let shown = rendered::<T>(&format!("{document}{}", planted::CANARY));
        return assert_eq!(planted::canary(&shown), None, "out of a text that is not JSON");
    };
    let seed = document.bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    for number in 0..3 {
        let shown = rendered::<T>(&planted::planted(value.clone(), seed.wrapping_add(number)));
        assert_eq!(planted::canary(&shown), None, "{shown}");
    }
    let shown = rendered::<T>(&value.to_string());
    for suspect in planted::suspects(&value, &shown) {
        // Text that is still there without the value comes from the declaration.
        let veiled = rendered::<T>(&suspect.document);
        assert!(veiled.contains(suspect.text), "{:?} is shown: {shown}", suspect.text);
    }
}

/// All output for the outcome.
fn rendered<T: Secret + Debug>(document: &str) -> String {
    match T::from_json(document) {
        Ok(value) => format!("{value:?} {value:#?}"),
        Err(error) => message(&error),
    }
}

fn message(error: &Error) -> String {
    let mut shown = format!("{error} {error:?} {error:#?} {:?} {:?}", error.secret_id(), error.hint());
    for violation in error.violations() {
        let _ = write!(shown, "{violation} {violation:?}");
        shown.extend([violation.path(), violation.expected(), violation.found()]);
    }
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        let _ = write!(shown, "{error} {error:?}");
        source = error.source();
    }
    assert!(error.violations().len() <= 100 && shown.len() < 200_000, "{} characters", shown.len());
    shown
}
