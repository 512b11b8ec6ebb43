//! `schema = ".."`: the path of a JSON Schema file in the package. The compiler reads the file; here only the path is looked
//! at.

use std::path::Path;

use syn::{Generics, LitStr};

use crate::attr::{Given, span_of};
use crate::errors::Errors;

pub(super) fn is_possible(schema: &Given<LitStr>, generics: &Generics, errors: &mut Errors) {
    let Some(path) = schema.get() else { return };
    if let Err(message) = path_is_possible(&path.value()) {
        errors.at(path.span(), message);
    }
    // The compiler evaluates the constants of a type with parameters only where it is used, if at all.
    if !generics.params.is_empty() {
        errors.at(
            span_of(schema),
            "a generic struct has no `schema`: it would be compared only where the struct is used; put it on a struct without \
             parameters",
        );
    }
}

fn path_is_possible(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err(
            "the path is empty; write that of a JSON Schema file, relative to the package: \"secrets/orders-db.schema.json\"",
        );
    }
    if path.contains('\\') {
        return Err("a path is written with `/`, which every system reads");
    }
    if Path::new(path).has_root() || path.chars().nth(1) == Some(':') {
        return Err("a path is relative to the package, the directory of its Cargo.toml: others have it elsewhere");
    }
    if Path::new(path).extension().is_none_or(|extension| extension != "json") {
        return Err("a schema is a JSON Schema in a file whose name ends in `.json`");
    }
    Ok(())
}
