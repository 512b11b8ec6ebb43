//! The rules of a field, as calls that judge its value.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{ends, on};
use crate::attr::Bounds;
use crate::check::Rules;

/// Judges `__value`, a reference to a `ty`, and tells `__rules`; nothing where there are no rules.
pub(super) fn checks(ty: &(impl ToTokens + Spanned), rules: &Rules, runtime: &TokenStream) -> Option<TokenStream> {
    let Rules { range, length, pattern, one_of, each, custom } = rules;
    let span = on(ty);
    let checks = [
        range.as_ref().map(|Bounds { min, max, .. }| {
            let bounded = call(ty, &quote!(#runtime::Ranged), "bounded", span);
            let ends = min.iter().chain(max);
            quote_spanned!(span=> __rules.range(#bounded, &[#(#ends),*]);)
        }),
        length.as_ref().map(|_| quote_spanned!(span=> __rules.length(<#ty as #runtime::Measured>::measured(__value));)),
        pattern.as_ref().map(|_| {
            quote_spanned! {span=> {
                static __PATTERN: #runtime::Pattern = #runtime::Pattern::new();
                __rules.pattern(<#ty as #runtime::Textual>::text(__value), &__PATTERN);
            }}
        }),
        one_of.as_ref().map(|_| quote_spanned!(span=> __rules.one_of(<#ty as #runtime::Textual>::text(__value));)),
        each.as_ref().and_then(|rules| {
            // Not `<Type as Each>::Item`, which would be a second mistake where the type has no items.
            let checks = checks(&quote_spanned!(span=> _), rules, runtime)?;
            let items = call(ty, &quote!(#runtime::Each), "items", span);
            Some(quote_spanned!(span=> __rules.each(&mut #items, &mut |__value, __rules| { #checks });))
        }),
        custom
            .as_ref()
            .map(|judge| quote_spanned!(span=> __rules.custom(<#ty as #runtime::Holds<_>>::held(__value), #judge);)),
    ];
    let mut checks = checks.into_iter().flatten().peekable();
    checks.peek()?;
    Some(quote!(#(#checks)*))
}

/// `<Type as Trait>::function(__value)`, where every part of the call stands on the whole type: a type without the trait is
/// told of once, although both the function and the types in its signature ask for it.
fn call(ty: &impl ToTokens, of: &TokenStream, function: &str, span: Span) -> TokenStream {
    let (first, last) = ends(ty, span);
    let function = Ident::new(function, last);
    let value = Ident::new("__value", span);
    let arguments = quote_spanned!(last=> (#value));
    quote_spanned!(first=> <#ty as #of>::#function #arguments)
}
