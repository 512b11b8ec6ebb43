//! What a type leaves in the binary.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

use super::option;
use crate::check::Checked;

/// The descriptor of a type that says which secret it is read from; one with parameters is not one type.
pub(super) fn of(item: &Checked) -> Option<TokenStream> {
    let Checked { ident, generics, spec, runtime, .. } = item;
    if spec.id.is_none() || !generics.params.is_empty() {
        return None;
    }
    let name = ident.unraw().to_string();
    let schema = option(Span::call_site(), spec.schema.as_ref());
    Some(quote!(#runtime::descriptor!(#ident, #name, #schema);))
}
