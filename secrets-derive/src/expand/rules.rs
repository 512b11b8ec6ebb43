//! The rules of a field, as calls that judge its value.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{on, option};
use crate::attr::{Bounds, Number};
use crate::check::Rules;

/// Judges `__value`, a reference to a `ty`, and tells `__rules`; nothing where there are no rules.
pub(super) fn checks(ty: &(impl ToTokens + Spanned), rules: &Rules, runtime: &TokenStream) -> Option<TokenStream> {
    let Rules { range, length, pattern, one_of, each, custom } = rules;
    let span = on(ty);
    let checks = [
        range.as_ref().map(|range| range_check(ty, range, runtime)),
        length.as_ref().map(|Bounds { min, max, .. }| {
            let (min, max) = (option(span, min.as_ref()), option(span, max.as_ref()));
            quote_spanned!(span=> __rules.length(<#ty as #runtime::Measured>::has_length(__value, #min, #max));)
        }),
        pattern.as_ref().map(|pattern| {
            let pattern = &pattern.rust;
            quote_spanned! {span=> {
                static __PATTERN: #runtime::Pattern = #runtime::Pattern::new(#pattern);
                __rules.pattern(<#ty as #runtime::Textual>::text(__value), &__PATTERN);
            }}
        }),
        one_of.as_ref().map(
            |names| quote_spanned!(span=> __rules.one_of(<#ty as #runtime::Textual>::text(__value), &[#(#names),*]);),
        ),
        each.as_ref().and_then(|rules| {
            let item = quote_spanned!(span=> <#ty as #runtime::Each>::Item);
            let checks = checks(&item, rules, runtime)?;
            Some(quote_spanned! {span=>
                __rules.each(
                    &mut |__each| <#ty as #runtime::Each>::for_each(__value, __each),
                    &mut |__value, __rules| { #checks },
                );
            })
        }),
        custom
            .as_ref()
            .map(|judge| quote_spanned!(span=> __rules.custom(<#ty as #runtime::Holds<_>>::held(__value), #judge);)),
    ];
    let mut checks = checks.into_iter().flatten().peekable();
    checks.peek()?;
    Some(quote!(#(#checks)*))
}

fn range_check(ty: &(impl ToTokens + Spanned), range: &Bounds<Number>, runtime: &TokenStream) -> TokenStream {
    let span = on(ty);
    let end = |judge: &str, number: &Number| {
        let judge = Ident::new(judge, span);
        quote_spanned!(span=> <#ty as #runtime::Ranged>::#judge(__value, #number))
    };
    let min = range.min.as_ref().map(|min| end("is_at_least", min));
    let max = range.max.as_ref().map(|max| end("is_at_most", max));
    let ends: Vec<TokenStream> = [min, max].into_iter().flatten().collect();
    quote_spanned!(span=> __rules.range(#(#ends)&&*);)
}
