//! What a type reads, as its name says.
//!
//! The derive sees tokens, and `String` may be a type of the user's own. So this only spares questions: what fits as the names say
//! is asked of the compiler once for all fields together, not for each.

use secrets_shape::file_shape::problem;
use secrets_shape::shape::{Precision, Shape};
use syn::{GenericArgument, Path, PathArguments, Type};

use super::leaked;

/// What does not depend on rules, which only the compiler evaluates.
pub const PROBLEMS: u8 = problem::KINDS | problem::NULL | problem::OPTIONAL | problem::MISSING;

/// The shape of the standard type of this name; `Unknown` for any other name.
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
    // Its bounds matter to questions that are asked all the same.
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

/// The only argument of `Option<String>`.
fn argument(path: &Path) -> Option<&Type> {
    match &path.segments.last()?.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(ty)) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}
