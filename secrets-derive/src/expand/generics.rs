//! The bounds on an item's type parameters.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Generics, Type, WherePredicate, parse_quote};

use super::{all_fields, on};
use crate::attr::Codec;
use crate::check::{Body, Checked, Field, Reading};

/// The item's generics with the bounds of `bound`, or those needed to read the fields and show the public ones. A bound is on the whole
/// type of a field, so that a parameter that is not read needs none.
pub fn bounded(item: &Checked) -> Generics {
    let Checked { runtime, has_debug, bounds, .. } = item;
    let mut generics = item.generics.clone();
    let parameters: Vec<Ident> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    if parameters.is_empty() {
        return generics;
    }
    let predicates = &mut generics.make_where_clause().predicates;
    if let Some(bounds) = bounds {
        predicates.extend(bounds.iter().cloned());
        return generics;
    }
    let is_generic = |ty: &&Type| mentions(ty.to_token_stream(), &parameters);
    let (fields, skipped) = all_fields(&item.body);
    let read = fields.iter().filter(|field| is_read_by_type(field)).map(|field| &field.ty);
    let made = if let Body::Converted(converted) = &item.body { Some(&converted.ty) } else { None };
    let read = read.chain(made).filter(is_generic);
    predicates.extend(read.map(|ty| -> WherePredicate {
        let bound = quote_spanned!(on(ty)=> #runtime::SecretValue);
        parse_quote!(#ty: #bound)
    }));
    let shown = fields.iter().filter(|field| *has_debug && field.is_public).map(|field| &field.ty);
    let shown = shown.chain(skipped.iter().filter(|field| *has_debug && field.is_public).map(|field| &field.ty));
    predicates.extend(shown.filter(is_generic).map(|ty| -> WherePredicate { parse_quote!(#ty: ::core::fmt::Debug) }));
    generics
}

/// Whether the field is read by its type and not by a codec.
fn is_read_by_type(field: &Field) -> bool {
    matches!(field.reading, Reading::OfType | Reading::Flattened | Reading::Codec(Codec::Json))
}

fn mentions(tokens: TokenStream, parameters: &[Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => parameters.contains(&ident),
        TokenTree::Group(group) => mentions(group.stream(), parameters),
        _ => false,
    })
}
