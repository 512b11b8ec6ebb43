//! The comparison with the schema file: the compiler reads the file, and evaluates a constant for each field, which stands on
//! the field's type.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::ends;
use crate::check::{Body, Checked, Field};

pub(super) fn of(item: &Checked) -> Option<TokenStream> {
    let Checked { ident, spec, runtime, body, .. } = item;
    let path = spec.schema.as_ref()?;
    let shape = quote!(__SHAPE);
    let fields: Vec<TokenStream> = match body {
        Body::Struct(object) => {
            let check = |(at, field)| on_type(field, &quote!(check_field), &quote!(#shape, #at));
            object.fields.iter().enumerate().map(check).collect()
        }
        Body::Tagged(tagged) => {
            let fields = tagged.variants.iter().enumerate();
            let fields =
                fields.flat_map(|(variant, of)| of.object.fields.iter().enumerate().map(move |at| (variant, at)));
            let check = |(variant, (at, field)): (usize, (usize, _))| {
                on_type(field, &quote!(check_variant_field), &quote!(#shape, #variant, #at))
            };
            fields.map(check).collect()
        }
        Body::Text(_) | Body::Names(_) => Vec::new(),
    };
    let file = quote_spanned! {at(path.span())=>
        const __TEXT: &::core::primitive::str =
            ::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #path));
        const __TABLE: &#runtime::Table<{ #runtime::capacity(__TEXT) }> = &#runtime::Table::read(__TEXT);
        const __FILE: #runtime::SchemaFile<'_> = #runtime::SchemaFile::new(#path, __TEXT, __TABLE);
        // Once, and not for each field: compilers validate all that a new reference leads to.
        const __SHAPE: &#runtime::Shape = &<#ident as #runtime::SecretValue>::SHAPE;
        const _: () = __FILE.check_json();
        const _: () = __FILE.check_whole(#shape);
    };
    Some(quote!(const _: () = { #file #(#fields)* };))
}

/// A constant whose error stands on the whole type of a field.
fn on_type(field: &Field, check: &TokenStream, arguments: &TokenStream) -> TokenStream {
    let (first, last) = ends(&field.ty, Span::call_site());
    let file = quote_spanned!(at(first)=> __FILE);
    let arguments = quote_spanned!(at(last)=> (#arguments));
    quote!(const _: () = #file.#check #arguments;)
}

/// Names resolve as elsewhere in the generated code.
fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}
