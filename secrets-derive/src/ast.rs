//! The parsed item with its options.

use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DeriveInput, Fields, Generics, Type};

use crate::attr;
use crate::errors::Errors;

/// An item that derives `Secret`.
pub struct Input {
    pub ident: Ident,
    pub generics: Generics,
    pub description: String,
    pub options: attr::Container,
    pub serde: Vec<attr::Foreign>,
    pub body: Body,
}

pub enum Body {
    /// A struct with named fields.
    Struct(Vec<Field>),
    /// A struct with unnamed fields.
    Tuple(Vec<Field>),
    Enum(Vec<Variant>),
}

/// A field and its options.
pub struct Field {
    /// `None` in a tuple struct.
    pub ident: Option<Ident>,
    pub ty: Type,
    pub description: String,
    pub options: attr::Field,
    pub serde: Vec<attr::Foreign>,
}

/// A variant of an enum.
pub struct Variant {
    pub ident: Ident,
    pub description: String,
    pub options: attr::Variant,
    pub serde: Vec<attr::Foreign>,
    pub fields: VariantFields,
}

/// The content of a variant.
pub enum VariantFields {
    /// A unit variant.
    None,
    Named(Vec<Field>),
    /// A single unnamed field.
    Only(Box<Field>),
}

impl Input {
    /// Returns `None` for an item that cannot be a secret; its options are still parsed and checked.
    pub fn parse(item: DeriveInput, errors: &mut Errors) -> Option<Self> {
        let options = attr::Container::parse(&item.attrs, errors);
        let (description, serde) = (attr::description(&item.attrs), attr::serde_options(&item.attrs));
        let DeriveInput { ident, generics, data, .. } = item;
        let body = body(&ident, data, errors)?;
        Some(Self { ident, generics, description, options, serde, body })
    }
}

fn body(item: &Ident, data: Data, errors: &mut Errors) -> Option<Body> {
    const EXPECTED: &str = "a secret is a struct with named fields, one for each key of its JSON object";
    match data {
        Data::Struct(data) => match data.fields {
            Fields::Named(named) => Some(Body::Struct(fields(named.named, errors))),
            Fields::Unnamed(unnamed) => Some(Body::Tuple(fields(unnamed.unnamed, errors))),
            Fields::Unit => {
                errors.at(item.span(), format!(
                    "{EXPECTED}, or with one field that is the whole secret: `struct {item}(SecretString)` with `#[secret(text)]`"
                ));
                None
            }
        },
        Data::Enum(data) => variants(item, data, errors).map(Body::Enum),
        Data::Union(data) => {
            errors.at(data.union_token.span(), format!("{EXPECTED}; this is a union"));
            None
        }
    }
}

fn fields(fields: impl IntoIterator<Item = syn::Field>, errors: &mut Errors) -> Vec<Field> {
    let field = |field: syn::Field| Field {
        options: attr::Field::parse(&field.attrs, errors),
        description: attr::description(&field.attrs),
        serde: attr::serde_options(&field.attrs),
        ident: field.ident,
        ty: field.ty,
    };
    fields.into_iter().map(field).collect()
}

fn variants(item: &Ident, data: DataEnum, errors: &mut Errors) -> Option<Vec<Variant>> {
    if data.variants.is_empty() {
        errors.at(item.span(), "an enum needs a variant for each form that the secret may have");
        return None;
    }
    data.variants.into_iter().map(|variant| self::variant(variant, errors)).collect()
}

fn variant(variant: syn::Variant, errors: &mut Errors) -> Option<Variant> {
    let options = attr::Variant::parse(&variant.attrs, errors);
    let (description, serde) = (attr::description(&variant.attrs), attr::serde_options(&variant.attrs));
    let fields = match variant.fields {
        Fields::Unit => VariantFields::None,
        Fields::Named(named) => VariantFields::Named(fields(named.named, errors)),
        Fields::Unnamed(unnamed) => {
            let span = unnamed.span();
            let mut fields = fields(unnamed.unnamed, errors);
            let (Some(only), true) = (fields.pop(), fields.is_empty()) else {
                let message = if fields.is_empty() {
                    "a variant holds one value, named fields, or nothing: for nothing remove the parentheses"
                } else {
                    "a variant holds one value or named fields: give the fields names, in braces"
                };
                errors.at(span, message);
                return None;
            };
            VariantFields::Only(Box::new(only))
        }
    };
    Some(Variant { ident: variant.ident, description, options, serde, fields })
}
