//! Presumes a type's shape from its name.
//!
//! The derive sees only tokens, and `String` may be a user's own type. So names only save work: what fits by name is asked of the
//! compiler once for all fields together instead of once per field.

use secrets_shape::file_shape::problem;
use secrets_shape::shape::{Precision, Shape};
use syn::{GenericArgument, Path, PathArguments, Type};

use super::leaked;

/// Problems that do not depend on rules, which only the compiler can evaluate.
pub const PROBLEMS: u8 = problem::KINDS | problem::NULL | problem::OPTIONAL | problem::MISSING;

/// The shape of the standard type with this name; `Unknown` for any other name.
pub fn shape(ty: &Type) -> Shape {
    let Type::Path(path) = ty else { return Shape::Unknown };
    match (last(&path.path), argument(&path.path)) {
        (name, None) => scalar(&name),
        (name, Some(inner)) if name == "Option" => match shape(inner) {
            Shape::Unknown => Shape::Unknown,
            inner => Shape::Optional(leaked(inner)),
        },
        _ => Shape::Unknown,
    }
}

fn scalar(name: &str) -> Shape {
    // The bounds do not matter here: questions about ranges are always asked.
    let integer = Shape::integer(i128::MIN, i128::MAX);
    match name {
        "String" | "SecretString" => Shape::String,
        "bool" => Shape::Boolean,
        "f32" | "f64" => Shape::Float(Precision::Double),
        "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" => integer,
        _ => Shape::Unknown,
    }
}

fn last(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// The single type argument, as in `Option<String>`.
fn argument(path: &Path) -> Option<&Type> {
    match &path.segments.last()?.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(ty)) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}
