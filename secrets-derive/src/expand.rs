//! The code of a `Checked`. Nothing is decided here and nothing can fail.
//!
//! What is generated is thin: constant data, and calls into the runtime's `__private`, each on the span of the field that
//! it is for. Every path is absolute, every local is prefixed.

mod debug;
mod decode;
mod fallback;
mod field;
mod names;
mod rules;
mod schema;
mod shape;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Generics, WherePredicate, parse_quote};

use crate::check::{Body, Checked, Field, Object, Reading, Skipped, Spec};
pub use fallback::fallback;

pub fn expand(item: &Checked) -> TokenStream {
    let Checked { ident, runtime, body, has_debug, .. } = item;
    let generics = bounded(item);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let shape = shape::of(item);
    let decode = decode::body(item);
    let debug = has_debug.then(|| debug::implementation(item, &generics));
    // A unit enum shows its variant and leaves redaction to what it is part of.
    let redacted = (*has_debug && !matches!(body, Body::Names(_))).then(|| {
        quote! {
            fn redacted(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(self, __f)
            }
        }
    });
    let secret = secret(item, &generics);
    let names = names::of(item);
    let schema = schema::of(item);
    let flatten = matches!(body, Body::Struct(_)).then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #runtime::Flatten for #ident #type_generics #where_clause {
                const IS: () = ();
            }
        }
    });
    let key = key(item, &generics);
    quote! {
        const _: () = {
        #names

        #[automatically_derived]
        impl #impl_generics #runtime::SecretValue for #ident #type_generics #where_clause {
            const SHAPE: #runtime::Shape = #shape;

            fn decode(
                __json: &#runtime::Json<'_>,
                __report: &mut #runtime::Report,
            ) -> ::core::result::Result<Self, #runtime::Reported> {
                #decode
            }

            #redacted
        }

        #secret

        #flatten

        #key

        #debug

        #schema
        };
    }
}

/// `MapKey`, for what is read from a string.
fn key(item: &Checked, generics: &Generics) -> Option<TokenStream> {
    let Checked { ident, runtime, body, .. } = item;
    let mut generics = generics.clone();
    match body {
        Body::Names(_) => {}
        Body::Text(text) if text.field.reading == Reading::OfType => {
            // Of any lifetime: a bound that needs nothing of the item would be an error where it does not hold.
            let ty = &text.field.ty;
            generics.make_where_clause().predicates.push(parse_quote!(for<'__key> #ty: #runtime::MapKey));
        }
        Body::Text(_) | Body::Struct(_) | Body::Tagged(_) => return None,
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    Some(quote! {
        #[automatically_derived]
        impl #impl_generics #runtime::MapKey for #ident #type_generics #where_clause {}
    })
}

/// `Secret` and `NamedSecret`, for what can be a whole secret.
fn secret(item: &Checked, generics: &Generics) -> Option<TokenStream> {
    let Checked { ident, spec: Spec { id, schema, stage, refresh, max_stale }, runtime, body, .. } = item;
    let trims = match body {
        Body::Names(_) => return None,
        Body::Text(text) => Some(text.trims),
        Body::Struct(_) | Body::Tagged(_) => None,
    };
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let name = ident.unraw().to_string();
    let identified = id.as_ref().map(|id| quote!(.identified_by(#id)));
    let described = schema.as_ref().map(|schema| {
        let (path, is_checked) = (&schema.path, schema.file.is_some());
        quote!(.described_by(#path, #is_checked))
    });
    let stage = stage.as_ref().map(|stage| quote!(.staged(#stage)));
    let refresh = refresh.map(|seconds| quote!(.refreshed_every(::core::time::Duration::from_secs(#seconds))));
    let max_stale = max_stale.map(|seconds| quote!(.stale_after(::core::time::Duration::from_secs(#seconds))));
    let text = trims.map(|trims| if trims { quote!(.trimmed_text()) } else { quote!(.text()) });
    let named = id.as_ref().map(|id| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #runtime::NamedSecret for #ident #type_generics #where_clause {
                const ID: &'static str = #id;
            }
        }
    });
    Some(quote! {
        #[automatically_derived]
        impl #impl_generics #runtime::Secret for #ident #type_generics #where_clause {
            const SPEC: #runtime::SecretSpec = #runtime::SecretSpec::new(#name)
                .declared_in(
                    ::core::concat!(::core::module_path!(), "::", #name),
                    ::core::option_env!("CARGO_PKG_NAME"),
                    ::core::option_env!("CARGO_PKG_VERSION"),
                )
                #identified #described #stage #refresh #max_stale #text;
        }

        #named
    })
}

/// The generics, bounded so that every field can be read, and every public one shown.
fn bounded(item: &Checked) -> Generics {
    let Checked { runtime, has_debug, .. } = item;
    let mut generics = item.generics.clone();
    if generics.type_params().next().is_none() {
        return generics;
    }
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#runtime::SecretValue));
    }
    let (fields, skipped) = all_fields(&item.body);
    let shown = fields.iter().filter(|field| *has_debug && field.is_public).map(|field| &field.ty);
    let shown = shown.chain(skipped.iter().filter(|field| *has_debug && field.is_public).map(|field| &field.ty));
    let predicates: Vec<WherePredicate> = shown.map(|ty| parse_quote!(#ty: ::core::fmt::Debug)).collect();
    generics.make_where_clause().predicates.extend(predicates);
    generics
}

fn all_fields(body: &Body) -> (Vec<&Field>, Vec<&Skipped>) {
    let objects: Vec<&Object> = match body {
        Body::Struct(object) => vec![object],
        Body::Tagged(tagged) => tagged.variants.iter().map(|variant| &variant.object).collect(),
        Body::Text(text) => return (vec![&text.field], Vec::new()),
        Body::Names(_) => Vec::new(),
    };
    let fields = objects.iter().flat_map(|object| &object.fields).collect();
    (fields, objects.iter().flat_map(|object| &object.skipped).collect())
}

/// Whether the field's type redacts itself: what is read by its own type does.
fn redacts_itself(field: &Field) -> bool {
    matches!(field.reading, Reading::OfType | Reading::Flattened)
}

/// Where the compiler points for what concerns a type. Names resolve as elsewhere in the generated code, although the type
/// may come out of a user's macro.
fn on(ty: &impl Spanned) -> Span {
    Span::call_site().located_at(ty.span())
}

/// The first and the last token of a type.
fn ends(ty: &impl ToTokens, otherwise: Span) -> (Span, Span) {
    let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or(otherwise);
    (first, spans.last().unwrap_or(first))
}

/// An `Option` in generated code.
fn option(span: Span, value: Option<impl ToTokens>) -> TokenStream {
    if let Some(value) = value {
        quote_spanned!(span=> ::core::option::Option::Some(#value))
    } else {
        quote_spanned!(span=> ::core::option::Option::None)
    }
}
