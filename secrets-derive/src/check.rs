//! Turns `Input` into `Checked`: combines the options and reports everything that is wrong.

mod container;
mod field;
mod rules;
mod schema;
mod serde;

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Expr, Generics, LitStr, Path, Type, WherePredicate};

use crate::ast::{self, VariantFields};
use crate::attr::{self, Codec, Given};
use crate::case::Case;
use crate::errors::Errors;
pub use rules::{Pattern, Rules};
pub use schema::{File, Paired, Problem, Schema, Spot};
use secrets_shape::shape::{Coercion, Telling};

/// An item that code can be generated for, provided that no errors were reported.
pub struct Checked {
    pub ident: Ident,
    pub generics: Generics,
    pub description: String,
    pub spec: Spec,
    pub validate: Option<Path>,
    pub has_debug: bool,
    /// The bounds of `bound`, which replace those that the fields need.
    pub bounds: Option<Vec<WherePredicate>>,
    /// The path of the runtime that generated code calls.
    pub runtime: TokenStream,
    pub body: Body,
}

/// How the secret as a whole is fetched.
pub struct Spec {
    pub id: Option<LitStr>,
    pub schema: Option<Schema>,
    pub stage: Option<LitStr>,
    /// In seconds.
    pub refresh: Option<u64>,
    /// In seconds.
    pub max_stale: Option<u64>,
}

pub enum Body {
    Struct(Object),
    Newtype(Box<Newtype>),
    /// Converted from a value of another type.
    Converted(Box<Converted>),
    /// Unit variants with the strings that name them.
    Names(Vec<(Ident, LitStr)>),
    Tagged(Tagged),
    Variants(Variants),
}

/// Named fields, read from a JSON object.
pub struct Object {
    pub fields: Vec<Field>,
    pub skipped: Vec<Skipped>,
    pub denies_unknown: bool,
}

/// A struct with one field, read like that field.
pub struct Newtype {
    pub field: Field,
    /// Set if the secret is plain text.
    pub text: Option<Text>,
}

/// How plain text is read.
#[derive(Clone, Copy)]
pub struct Text {
    pub trims: bool,
    pub may_be_empty: bool,
}

pub struct Converted {
    pub ty: Type,
    /// Whether the conversion can fail: `try_from`.
    pub is_try: bool,
    pub coercion: Coercion,
}

pub struct Tagged {
    pub tag: LitStr,
    pub variants: Vec<Variant>,
}

pub struct Variant {
    pub ident: Ident,
    pub name: LitStr,
    pub description: String,
    /// Without fields if the variant is only a tag.
    pub object: Object,
}

/// An enum without a tag key.
pub struct Variants {
    pub telling: Telling,
    pub variants: Vec<Choice>,
}

pub struct Choice {
    pub ident: Ident,
    pub name: LitStr,
    pub description: String,
    /// `None` for a unit variant.
    pub content: Option<Content>,
}

pub enum Content {
    Object(Object),
    Value(Box<Field>),
}

pub struct Field {
    /// `None` in a tuple struct and in a variant that holds one value.
    pub ident: Option<Ident>,
    pub ty: Type,
    pub description: String,
    /// The key, followed by its aliases.
    pub keys: Vec<LitStr>,
    pub reading: Reading,
    pub default: Option<Default>,
    pub coercion: Coercion,
    pub is_public: bool,
    pub rules: Rules,
}

/// How a field is read.
pub enum Reading {
    OfType,
    Codec(Codec),
    Flattened,
}

/// A field that is not read from the secret.
pub struct Skipped {
    pub ident: Ident,
    pub ty: Type,
    pub default: Option<Default>,
    pub is_public: bool,
}

/// The value for an absent key.
pub enum Default {
    /// `Default::default()` of the field's type.
    OfType,
    /// The field's value in the struct's `Default::default()`.
    OfContainer,
    /// The given expression.
    Value(Expr),
}

pub fn check(input: ast::Input, errors: &mut Errors) -> Option<Checked> {
    let ast::Input { ident, generics, description, options, serde, body } = input;
    if !options.runtime.is_given() {
        container::runtime_is_not_renamed(&ident, errors);
    }
    let runtime = options.runtime.get().map_or_else(|| quote!(::secrets_runtime), |path| quote!(#path));
    let inherited = field::Inherited {
        item: &ident,
        case: options.rename_all.get().copied(),
        has_default: options.default.is_given(),
        coercion: field::coercion(&options.strict, &options.lenient, Coercion::FromString, errors),
    };
    container::options_fit(&options, &body, errors);
    serde::container(&serde, &options, &body, errors);
    let mut spec = container::spec(&options, &generics, errors);
    let body = self::body(body, &options, &inherited, errors)?;
    if let Some(schema) = &mut spec.schema {
        schema::compare(schema, &body);
    }
    let has_debug = !options.debug.is_given();
    let (validate, bounds) = (options.validate.take(), options.bound.take());
    Some(Checked {
        ident,
        generics,
        description,
        spec,
        validate,
        has_debug,
        bounds,
        runtime: quote!(#runtime::__private),
        body,
    })
}

fn body(
    body: ast::Body,
    options: &attr::Container,
    inherited: &field::Inherited<'_>,
    errors: &mut Errors,
) -> Option<Body> {
    if let Some(ty) = options.from.get().or(options.try_from.get()) {
        let (ty, is_try) = (ty.clone(), options.try_from.is_given());
        return Some(Body::Converted(Box::new(Converted { ty, is_try, coercion: inherited.coercion })));
    }
    let text = options
        .text
        .is_given()
        .then(|| Text { trims: !options.trim.is_given(), may_be_empty: options.allow_empty.is_given() });
    match body {
        ast::Body::Struct(fields) if text.is_none() => Some(Body::Struct(inherited.object(fields, options, errors))),
        ast::Body::Struct(fields) | ast::Body::Tuple(fields) => {
            let field = container::only_field(inherited.item, fields, options, errors)?;
            let field = inherited.newtype_field(field, text.is_some(), errors);
            Some(Body::Newtype(Box::new(Newtype { field, text })))
        }
        ast::Body::Enum(variants) => Some(self::variants(variants, options, inherited, errors)),
    }
}

fn variants(
    variants: Vec<ast::Variant>,
    options: &attr::Container,
    inherited: &field::Inherited<'_>,
    errors: &mut Errors,
) -> Body {
    let names: Vec<LitStr> = variants.iter().map(|variant| variant_name(variant, inherited.case)).collect();
    names_are_unique(&variants, &names, errors);
    if options.untagged.is_given() {
        container::every_variant_holds_something(&variants, errors);
    }
    let has_fields = variants.iter().any(|variant| !matches!(variant.fields, VariantFields::None));
    for (variant, name) in variants.iter().zip(&names) {
        serde::variant(&variant.serde, &variant.options, &name.value(), errors);
    }
    // Like in serde, `rename_all` on an enum renames the variants and not their fields.
    let inherited = &field::Inherited { case: options.rename_all_fields.get().copied(), ..*inherited };
    let is_untagged = options.untagged.is_given();
    let pairs = variants.into_iter().zip(names);
    match options.tag.get() {
        Some(tag) if !is_untagged => {
            let variants =
                pairs.map(|(variant, name)| tagged(variant, name, tag, options, inherited, errors)).collect();
            Body::Tagged(Tagged { tag: tag.clone(), variants })
        }
        _ if !is_untagged && !has_fields => Body::Names(pairs.map(|(variant, name)| (variant.ident, name)).collect()),
        _ => {
            // Variants are told apart by their content, so a string must not be coerced into a number.
            let of_values = if is_untagged { Coercion::None } else { inherited.coercion };
            let of_values = &field::Inherited { coercion: of_values, ..*inherited };
            let choice = |(variant, name)| choice(variant, name, options, (inherited, of_values), errors);
            let variants = pairs.map(choice).collect();
            Body::Variants(Variants { telling: if is_untagged { Telling::Content } else { Telling::Name }, variants })
        }
    }
}

/// A variant of an object with a tag: its keys are next to the tag, or its value is under the key of `content`.
fn tagged(
    variant: ast::Variant,
    name: LitStr,
    tag: &LitStr,
    options: &attr::Container,
    inherited: &field::Inherited<'_>,
    errors: &mut Errors,
) -> Variant {
    let ast::Variant { ident, description, options: _, serde: _, fields } = variant;
    let content = options.content.get();
    let object = match fields {
        VariantFields::None => inherited.object(Vec::new(), options, errors),
        VariantFields::Named(fields) => {
            if let Some(content) = content {
                errors.at(
                    ident.span(),
                    format!(
                        "with `content` a variant holds one value, which stands under {:?}: move its fields into a struct, \
                         `{ident}(Fields)`",
                        content.value()
                    ),
                );
            }
            inherited.object(fields, options, errors)
        }
        VariantFields::Only(field) => {
            let field = inherited.variant_field(*field, content, errors);
            Object { fields: vec![field], skipped: Vec::new(), denies_unknown: options.deny_unknown_fields.is_given() }
        }
    };
    field::no_key_is_the_tag(&object.fields, tag, errors);
    Variant { ident, name, description, object }
}

/// A variant of an enum without a tag. Its fields and its single value inherit different options.
fn choice(
    variant: ast::Variant,
    name: LitStr,
    options: &attr::Container,
    (inherited, of_values): (&field::Inherited<'_>, &field::Inherited<'_>),
    errors: &mut Errors,
) -> Choice {
    let ast::Variant { ident, description, options: _, serde: _, fields } = variant;
    let content = match fields {
        VariantFields::None => None,
        VariantFields::Named(fields) => Some(Content::Object(inherited.object(fields, options, errors))),
        VariantFields::Only(field) => Some(Content::Value(Box::new(of_values.newtype_field(*field, false, errors)))),
    };
    Choice { ident, name, description, content }
}

fn variant_name(variant: &ast::Variant, case: Option<Case>) -> LitStr {
    if let Some(name) = variant.options.rename.get() {
        return name.clone();
    }
    let name = variant.ident.unraw().to_string();
    LitStr::new(&case.map_or_else(|| name.clone(), |case| case.apply_to_variant(&name)), variant.ident.span())
}

/// Reports variants with the same name.
fn names_are_unique(variants: &[ast::Variant], names: &[LitStr], errors: &mut Errors) {
    let mut known = HashMap::new();
    for (variant, name) in variants.iter().zip(names) {
        if let Some(first) = known.insert(name.value(), &variant.ident) {
            errors.at(
                name.span(),
                format!(
                    "`{}` and `{first}` are both named {:?}: give one of them another name with `rename`",
                    variant.ident,
                    name.value()
                ),
            );
        }
    }
}

/// The key of a field.
fn key_of(rename: &Given<LitStr>, field: &Ident, case: Option<Case>) -> LitStr {
    rename.get().cloned().unwrap_or_else(|| {
        let name = field.unraw().to_string();
        LitStr::new(&case.map_or_else(|| name.clone(), |case| case.apply(&name)), field.span())
    })
}
