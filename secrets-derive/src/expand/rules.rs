//! The rules of a field: as constant data, and as calls that validate a value.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use secrets_shape::number::Integer;
use syn::spanned::Spanned;

use super::{ends, on, option};
use crate::attr::{Bounds, Number, Value};
use crate::check::{Pattern, Rules};

/// Validates `__value`, a reference to a `ty`, and reports to `__rules`. `None` if there are no rules.
pub fn checks(ty: &(impl ToTokens + Spanned), rules: &Rules, runtime: &TokenStream) -> Option<TokenStream> {
    let Rules { range, multiple_of, length, pattern, one_of, each, custom } = rules;
    let span = on(ty);
    let checks = [
        range.as_ref().map(|Bounds { min, max, .. }| {
            let bounded = call(ty, &quote!(#runtime::Ranged), "bounded", span);
            let ends = min.iter().chain(max);
            quote_spanned!(span=> __rules.number(#bounded, &[#(#ends),*]);)
        }),
        multiple_of.as_ref().map(|unit| {
            let bounded = call(ty, &quote!(#runtime::Ranged), "bounded", span);
            // Uses a variable: for a literal of the wrong type the compiler would suggest adding a decimal point.
            quote_spanned!(span=> let __unit = #unit; __rules.number(#bounded, &[__unit]);)
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
            // `<Type as Each>::Item` would be a second error for a type without items.
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

/// The rules as constant data.
pub fn data(rules: &Rules, runtime: &TokenStream) -> Vec<TokenStream> {
    let Rules { range, multiple_of, length, pattern, one_of, each, custom: _ } = rules;
    let here = Span::call_site();
    let range = range.as_ref().map(|range| range_rule(range, runtime));
    let length = length.as_ref().map(|Bounds { min, max, .. }| {
        let (min, max) = (option(here, min.as_ref()), option(here, max.as_ref()));
        quote!(#runtime::Rule::Length { min: #min, max: #max })
    });
    let pattern = pattern.as_ref().map(|pattern| {
        let Pattern { written, rust } = pattern;
        quote!(#runtime::Rule::Pattern { written: #written, rust: #rust })
    });
    let one_of = one_of.as_ref().map(|names| quote!(#runtime::Rule::OneOf(&[#(#names),*])));
    let each = each.as_ref().map(|rules| {
        let rules = data(rules, runtime);
        quote!(#runtime::Rule::Each(&[#(#rules),*]))
    });
    let multiple_of = multiple_of.as_ref().map(|unit| quote!(#runtime::Rule::MultipleOf(#unit)));
    [range, multiple_of, length, pattern, one_of, each].into_iter().flatten().collect()
}

fn range_rule(range: &Bounds<Number>, runtime: &TokenStream) -> TokenStream {
    let here = Span::call_site();
    let bound = |number: &Number| match &number.value {
        None => quote!(#runtime::Bound::of(#number as i128, #number as u128, #number as f64)),
        Some(Value::Integer(Integer::Signed(value))) => {
            quote!(#runtime::Bound::Integer(#runtime::Integer::Signed(#value)))
        }
        Some(Value::Integer(Integer::Large(value))) => {
            quote!(#runtime::Bound::Integer(#runtime::Integer::Large(#value)))
        }
        Some(Value::Float(value)) => quote!(#runtime::Bound::Float(#value)),
    };
    let (min, max) = (option(here, range.min.as_ref().map(bound)), option(here, range.max.as_ref().map(bound)));
    quote!(#runtime::Rule::Range { min: #min, max: #max })
}

/// `<Type as Trait>::function(__value)` with the whole type's span on every part. The function and the types in its signature both require
/// the trait, and identical spans make the compiler report it once.
fn call(ty: &impl ToTokens, of: &TokenStream, function: &str, span: Span) -> TokenStream {
    let (first, last) = ends(ty, span);
    let function = Ident::new(function, last);
    let value = Ident::new("__value", span);
    let arguments = quote_spanned!(last=> (#value));
    quote_spanned!(first=> <#ty as #of>::#function #arguments)
}
