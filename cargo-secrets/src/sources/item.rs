//! The types in the sources, as far as `pull` needs to know them.

use std::path::PathBuf;

use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Fields, GenericArgument, Lit, Meta, PathArguments, Token, Type};

use super::hint::Hint;
use crate::workspace::Package;

/// All types of a workspace.
#[derive(Debug, Default)]
pub(super) struct Items(Vec<Item>);

/// A struct, an enum or an alias.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) name: String,
    /// The package it is in, and where that stands.
    pub(super) package: String,
    pub(super) directory: PathBuf,
    pub(super) options: Options,
    shape: Shape,
}

/// `#[secret(..)]` on a type or a field.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) id: Option<String>,
    pub(super) schema: Option<String>,
    pub(super) stage: Option<String>,
    pub(super) is_text: bool,
    /// `rename` and `alias`.
    keys: Vec<String>,
    is_flattened: bool,
    /// `serde`, `json`, `from_str`, ..: what the type looks like does not matter.
    is_opaque: bool,
}

#[derive(Debug)]
enum Shape {
    /// The named fields of a struct, or of all variants of an enum.
    Fields(Vec<Field>),
    /// A newtype, or an alias.
    Same(Reads),
}

#[derive(Debug)]
struct Field {
    name: String,
    options: Options,
    reads: Reads,
}

/// What a field's type reads, as its spelling tells.
#[derive(Debug)]
enum Reads {
    Map(Box<Reads>),
    List(Box<Reads>),
    Named(String),
}

impl Items {
    /// Adds the types of a file.
    pub(super) fn add(&mut self, file: &syn::File, package: &Package) {
        Visitor { items: self, package }.visit_file(file);
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Item> {
        self.0.iter()
    }

    /// Where the keys of a type are data.
    pub(super) fn hint(&self, item: &Item) -> Hint {
        self.of_shape(&item.shape, DEPTH)
    }

    fn of_shape(&self, shape: &Shape, depth: usize) -> Hint {
        match shape {
            Shape::Same(reads) => self.of(reads, depth),
            Shape::Fields(fields) => {
                fields.iter().fold(Hint::default(), |hint, field| self.add_field(hint, field, depth))
            }
        }
    }

    fn add_field(&self, hint: Hint, field: &Field, depth: usize) -> Hint {
        let Field { name, options, reads } = field;
        if options.is_opaque {
            return hint.with_field(name, &options.keys, &Hint::default());
        }
        let inner = self.of(reads, depth);
        if options.is_flattened { hint.flatten(inner) } else { hint.with_field(name, &options.keys, &inner) }
    }

    fn of(&self, reads: &Reads, depth: usize) -> Hint {
        match reads {
            _ if depth == 0 => Hint::default(),
            Reads::Map(inner) => Hint::map(self.of(inner, depth - 1)),
            Reads::List(inner) => Hint::list(self.of(inner, depth - 1)),
            // Two types of one name are not told apart: what is data in either is data.
            Reads::Named(name) => self
                .0
                .iter()
                .filter(|item| item.name == *name)
                .fold(Hint::default(), |hint, item| hint.or(self.of_shape(&item.shape, depth - 1))),
        }
    }
}

/// Deeper than any document; types that contain themselves end here.
const DEPTH: usize = 32;

struct Visitor<'a> {
    items: &'a mut Items,
    package: &'a Package,
}

impl Visitor<'_> {
    fn push(&mut self, name: &syn::Ident, attributes: &[Attribute], shape: Shape) {
        self.items.0.push(Item {
            name: name.unraw().to_string(),
            package: self.package.name.clone(),
            directory: self.package.directory().to_owned(),
            options: options(attributes),
            shape,
        });
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let shape = match &item.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Shape::Same(reads(&fields.unnamed[0].ty)),
            fields => Shape::Fields(named(fields).collect()),
        };
        self.push(&item.ident, &item.attrs, shape);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        let fields = item.variants.iter().flat_map(|variant| named(&variant.fields)).collect();
        self.push(&item.ident, &item.attrs, Shape::Fields(fields));
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.push(&item.ident, &[], Shape::Same(reads(&item.ty)));
    }
}

fn named(fields: &Fields) -> impl Iterator<Item = Field> {
    fields.iter().filter_map(|field| {
        let name = field.ident.as_ref()?.unraw().to_string();
        Some(Field { name, options: options(&field.attrs), reads: reads(&field.ty) })
    })
}

/// What the options say; what is wrong with them is the derive's to tell.
fn options(attributes: &[Attribute]) -> Options {
    let mut options = Options::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("secret")) {
        let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        metas.into_iter().flatten().for_each(|meta| options.set(&meta));
    }
    options
}

impl Options {
    fn set(&mut self, meta: &Meta) {
        let name = meta.path().get_ident().map(syn::Ident::to_string).unwrap_or_default();
        match name.as_str() {
            "id" => self.id = string(meta),
            "schema" => self.schema = string(meta),
            "stage" => self.stage = string(meta),
            "rename" | "alias" => self.keys.extend(string(meta)),
            "text" => self.is_text = true,
            "flatten" => self.is_flattened = true,
            "serde" | "json" | "from_str" | "base64" | "hex" | "skip" => self.is_opaque = true,
            _ => {}
        }
    }
}

/// `name = ".."`
fn string(meta: &Meta) -> Option<String> {
    let Meta::NameValue(pair) = meta else { return None };
    match &pair.value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn type_argument(argument: &GenericArgument) -> Option<&Type> {
    if let GenericArgument::Type(of) = argument { Some(of) } else { None }
}

fn reads(of: &Type) -> Reads {
    let Type::Path(path) = of else { return Reads::Named(String::new()) };
    let Some(segment) = path.path.segments.last() else { return Reads::Named(String::new()) };
    let types: Vec<&Type> = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().filter_map(type_argument).collect(),
        _ => Vec::new(),
    };
    match (segment.ident.to_string().as_str(), types.as_slice()) {
        ("HashMap" | "BTreeMap", [_, value, ..]) => Reads::Map(Box::new(reads(value))),
        ("Vec", [item, ..]) => Reads::List(Box::new(reads(item))),
        ("Option" | "Box", [inner]) => reads(inner),
        (name, _) => Reads::Named(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_that_matter_are_found_among_all_others() {
        let item: syn::ItemStruct = syn::parse_quote! {
            #[derive(Debug, Secret)]
            #[secret(crate = other::path, default, refresh = "5m", validate = Self::check, id = "{A}/db")]
            #[secret(text, trim, stage = "AWSPENDING", schema = r"a/b.json")]
            struct S {
                #[secret(range(1..=9), default = f(1, "x"), rename = "user", alias = "u", one_of("a"), each(length(min = 1)))]
                r#type: Option<Box<std::collections::HashMap<String, Vec<T>>>>,
            }
        };
        let Options { id, schema, stage, is_text, .. } = options(&item.attrs);
        assert_eq!((id.as_deref(), schema.as_deref()), (Some("{A}/db"), Some("a/b.json")));
        assert_eq!((stage.as_deref(), is_text), (Some("AWSPENDING"), true));
        let fields: Vec<Field> = named(&item.fields).collect();
        assert_eq!(
            (&*fields[0].name, fields[0].options.keys.as_slice()),
            ("type", ["user".into(), "u".into()].as_slice())
        );
        assert!(matches!(&fields[0].reads, Reads::Map(inner) if matches!(&**inner, Reads::List(_))));
    }
}
