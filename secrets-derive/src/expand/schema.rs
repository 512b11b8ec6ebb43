//! The comparison with the schema file: one constant reads the file and compares; one for each field, which stands on the
//! field's type, says what is wrong with it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::ends;
use crate::check::{Body, Checked, Field};

pub(super) fn of(item: &Checked) -> Option<TokenStream> {
    let Checked { ident, spec, runtime, body, .. } = item;
    let path = spec.schema.as_ref()?;
    let fields: Vec<&Field> = match body {
        Body::Struct(object) => object.fields.iter().collect(),
        Body::Tagged(tagged) => tagged.variants.iter().flat_map(|variant| &variant.object.fields).collect(),
        Body::Text(_) | Body::Names(_) => Vec::new(),
    };
    let count = fields.len();
    let file = quote_spanned! {at(path.span())=>
        const __TEXT: &::core::primitive::str =
            ::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #path));
        const __CONTRACT: &#runtime::Contract<{ #runtime::capacity(__TEXT) }, #count> =
            &#runtime::Contract::new(#path, __TEXT, &<#ident as #runtime::SecretValue>::SHAPE);
        const _: () = __CONTRACT.check();
    };
    let fields = fields.into_iter().enumerate().map(|(at, field)| on_type(field, at));
    Some(quote!(const _: () = { #file #(#fields)* };))
}

/// A constant whose error stands on the whole type of a field.
fn on_type(field: &Field, nth: usize) -> TokenStream {
    let (first, last) = ends(&field.ty, Span::call_site());
    let contract = quote_spanned!(at(first)=> __CONTRACT);
    let arguments = quote_spanned!(at(last)=> (#nth));
    quote!(const _: () = #contract.check_field #arguments;)
}

/// Names resolve as elsewhere in the generated code.
fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}
