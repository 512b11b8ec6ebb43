//! Generates code for a `Checked`. Makes no decisions and cannot fail.
//!
//! The generated code is thin: constant data and calls into the runtime's `__private`, each with the span of the field that it
//! serves. Every path is absolute, every local is prefixed.

mod debug;
mod decode;
mod fallback;
mod field;
mod generics;
mod names;
mod question;
mod rules;
mod schema;
mod shape;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Generics, parse_quote};

use crate::check::{Body, Checked, Content, Field, Object, Reading, Skipped, Spec, Text, Variant};
pub use fallback::fallback;
use question::Question;

pub fn expand(item: &Checked) -> TokenStream {
    let Checked { ident, runtime, body, has_debug, .. } = item;
    let generics = generics::bounded(item);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let shape = shape::of(item);
    let decode = decode::body(item);
    let debug = has_debug.then(|| debug::implementation(item, &generics));
    // A unit enum shows its variant; the containing type decides about redaction.
    let redacted = (*has_debug && !matches!(body, Body::Names(_))).then(|| {
        let names = names_alone(body);
        let hidden = (!names.is_empty()).then(|| {
            quote! {
                if let #(Self::#names)|* = self {
                    return #runtime::hidden(self, __f);
                }
            }
        });
        quote! {
            fn redacted(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #hidden
                ::core::fmt::Debug::fmt(self, __f)
            }
        }
    });
    let own_tag = own_tag(item);
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
    let document = document(item);
    quote! {
        #[allow(deprecated, reason = "named by generated code, not used by the program")]
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

        #document

        #own_tag
        };
    }
}

/// Asserts that a struct next to a tag has no key with the tag's name. Skipped for generic items, whose types are unknown here.
fn own_tag(item: &Checked) -> Option<TokenStream> {
    let Checked { runtime, body: Body::Tagged(tagged), generics, .. } = item else { return None };
    if !generics.params.is_empty() {
        return None;
    }
    let tag = &tagged.tag;
    let of = |variant: &Variant| match variant.object.fields.as_slice() {
        [Field { ident: None, reading: Reading::Flattened, ty, .. }] => {
            let message = format!(
                "{:?} is the enum's tag, and a key of the struct beside it, which cannot read it: remove the field, since the \
                 variant says what the tag says",
                tag.value()
            );
            let shape = quote_spanned!(on(ty)=> <#ty as #runtime::SecretValue>::SHAPE);
            Some(quote_spanned!(on(ty)=> const _: () = ::core::assert!(!#shape.has_key(#tag), "{}", #message);))
        }
        _ => None,
    };
    let judged: TokenStream = tagged.variants.iter().filter_map(of).collect();
    Some(judged)
}

const FIELD: &str = "make it a field of a struct that has the `id`";

/// Asserts that the type of a secret that is not plain text may be an object.
fn document(item: &Checked) -> Option<TokenStream> {
    let Checked { ident, runtime, spec, body, generics, .. } = item;
    let id = spec.id.as_ref()?;
    let is_unknown = match body {
        Body::Newtype(newtype) => newtype.text.is_none(),
        Body::Converted(_) | Body::Variants(_) => true,
        Body::Struct(_) | Body::Tagged(_) | Body::Names(_) => false,
    };
    // A type parameter is known only where the type is used.
    if !is_unknown || !generics.params.is_empty() {
        return None;
    }
    let question = Question {
        name: format_ident!("__Document"),
        fits: quote_spanned!(question::at(id.span())=> <#ident as #runtime::SecretValue>::SHAPE.may_be_an_object()),
        message: format!("`{ident}` is one value, and a JSON secret is an object"),
        label: "names a secret that is read as JSON",
        note: match body {
            Body::Converted(_) | Body::Variants(_) => FIELD.to_owned(),
            _ => format!("{FIELD}; if the secret is plain text add `text`: `#[secret(id = {:?}, text)]`", id.value()),
        },
        spans: (id.span(), id.span()),
    };
    Some(question::asked(&[question], runtime))
}

/// `MapKey`, for types that are read from a string.
fn key(item: &Checked, generics: &Generics) -> Option<TokenStream> {
    let Checked { ident, runtime, body, .. } = item;
    let mut generics = generics.clone();
    match body {
        Body::Names(_) => {}
        Body::Newtype(newtype) if matches!(newtype.field.reading, Reading::OfType) => {
            // `for<'__key>` defers the check: without it, a bound that is false and does not depend on the item's parameters is an error.
            let ty = &newtype.field.ty;
            generics.make_where_clause().predicates.push(parse_quote!(for<'__key> #ty: #runtime::MapKey));
        }
        Body::Converted(converted) => {
            let ty = &converted.ty;
            generics.make_where_clause().predicates.push(parse_quote!(for<'__key> #ty: #runtime::MapKey));
        }
        Body::Newtype(_) | Body::Struct(_) | Body::Tagged(_) | Body::Variants(_) => return None,
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    Some(quote! {
        #[automatically_derived]
        impl #impl_generics #runtime::MapKey for #ident #type_generics #where_clause {}
    })
}

/// `Secret` and `NamedSecret`, for types that can be a whole secret.
fn secret(item: &Checked, generics: &Generics) -> Option<TokenStream> {
    let Checked { ident, spec: Spec { id, schema, stage, refresh, max_stale }, runtime, body, .. } = item;
    let text = match body {
        Body::Names(_) => return None,
        Body::Newtype(newtype) => newtype.text,
        Body::Struct(_) | Body::Tagged(_) | Body::Variants(_) | Body::Converted(_) => None,
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
    let text = text.map(|Text { trims, may_be_empty }| {
        let untrimmed = (!trims).then(|| quote!(.untrimmed()));
        let empty = may_be_empty.then(|| quote!(.possibly_empty()));
        quote!(.text() #untrimmed #empty)
    });
    let is_value = matches!(body, Body::Newtype(_) | Body::Converted(_) | Body::Variants(_)) && text.is_none();
    let is_generic_value = is_value && !generics.params.is_empty();
    let named = id.as_ref().map(|id| {
        // A type parameter is known where the secret is loaded.
        let judged = is_generic_value.then(|| {
            let message = format!(
                "`{name}` is one value here, and a JSON secret is an object: {FIELD}; if the secret is plain text add `text`: \
                 `#[secret(id = {:?}, text)]`",
                id.value()
            );
            quote! {
                ::core::assert!(<Self as #runtime::SecretValue>::SHAPE.may_be_an_object(), "{}", #message);
            }
        });
        quote! {
            #[automatically_derived]
            impl #impl_generics #runtime::NamedSecret for #ident #type_generics #where_clause {
                const ID: &'static str = {
                    #judged
                    #id
                };
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

/// The unit variants, which are strings in the secret.
fn names_alone(body: &Body) -> Vec<&Ident> {
    let Body::Variants(variants) = body else { return Vec::new() };
    variants.variants.iter().filter(|variant| variant.content.is_none()).map(|variant| &variant.ident).collect()
}

fn all_fields(body: &Body) -> (Vec<&Field>, Vec<&Skipped>) {
    let (mut objects, mut fields): (Vec<&Object>, Vec<&Field>) = (Vec::new(), Vec::new());
    match body {
        Body::Struct(object) => objects.push(object),
        Body::Tagged(tagged) => objects.extend(tagged.variants.iter().map(|variant| &variant.object)),
        Body::Variants(variants) => {
            for content in variants.variants.iter().filter_map(|variant| variant.content.as_ref()) {
                match content {
                    Content::Object(object) => objects.push(object),
                    Content::Value(field) => fields.push(field),
                }
            }
        }
        Body::Newtype(newtype) => fields.push(&newtype.field),
        Body::Names(_) | Body::Converted(_) => {}
    }
    fields.extend(objects.iter().flat_map(|object| &object.fields));
    (fields, objects.iter().flat_map(|object| &object.skipped).collect())
}

/// Whether the field's type redacts itself, as every type does that is read by its own implementation.
fn redacts_itself(field: &Field) -> bool {
    matches!(field.reading, Reading::OfType | Reading::Flattened)
}

/// The location of a type with the hygiene of generated code, because the type may come from a user's macro.
fn on(ty: &impl Spanned) -> Span {
    Span::call_site().located_at(ty.span())
}

/// The spans of the first and last token of a type.
fn ends(ty: &impl ToTokens, otherwise: Span) -> (Span, Span) {
    let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or(otherwise);
    (first, spans.last().unwrap_or(first))
}

/// Generates an `Option`.
fn option(span: Span, value: Option<impl ToTokens>) -> TokenStream {
    if let Some(value) = value {
        quote_spanned!(span=> ::core::option::Option::Some(#value))
    } else {
        quote_spanned!(span=> ::core::option::Option::None)
    }
}
