//! The redacting `Debug`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Generics;
use syn::ext::IdentExt;

use super::{on, redacts_itself};
use crate::attr::Codec;
use crate::check::{Body, Checked, Content, Field, Object, Reading};

pub fn implementation(item: &Checked, generics: &Generics) -> TokenStream {
    let Checked { ident, runtime, body, .. } = item;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let name = ident.unraw().to_string();
    let shown = match body {
        Body::Struct(object) => fields(&name, object, &|ident| quote!(&self.#ident), runtime),
        Body::Newtype(item) => newtype(&name, &item.field, runtime),
        Body::Converted(_) => quote!(::core::fmt::Formatter::write_str(__f, ::core::concat!(#name, "([REDACTED])"))),
        Body::Names(variants) => {
            let arms = variants.iter().map(|(ident, _)| {
                let name = ident.unraw().to_string();
                quote!(Self::#ident => #name,)
            });
            quote!(::core::fmt::Formatter::write_str(__f, match self { #(#arms)* }))
        }
        Body::Tagged(tagged) => {
            let arms = tagged.variants.iter().map(|variant| match variant.object.fields.as_slice() {
                [only] if only.ident.is_none() => arm(&variant.ident, &Holds::Value(only), runtime),
                _ => arm(&variant.ident, &Holds::Object(&variant.object), runtime),
            });
            quote!(match self { #(#arms)* })
        }
        Body::Variants(item) => {
            let arms = item.variants.iter().map(|variant| {
                let holds = match &variant.content {
                    None => Holds::Nothing,
                    Some(Content::Object(object)) => Holds::Object(object),
                    Some(Content::Value(field)) => Holds::Value(field),
                };
                arm(&variant.ident, &holds, runtime)
            });
            quote!(match self { #(#arms)* })
        }
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #ident #type_generics #where_clause {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #shown
            }
        }
    }
}

/// The content of a variant.
enum Holds<'a> {
    Nothing,
    Object(&'a Object),
    Value(&'a Field),
}

fn arm(ident: &Ident, holds: &Holds<'_>, runtime: &TokenStream) -> TokenStream {
    let name = ident.unraw().to_string();
    match holds {
        Holds::Nothing => quote!(Self::#ident => ::core::fmt::Formatter::write_str(__f, #name),),
        Holds::Object(object) => {
            // Renames the bindings: a field name may also be the name of a constant, which a pattern would match instead.
            let bound = object.fields.iter().filter_map(|field| field.ident.as_ref());
            let bound = bound.chain(object.skipped.iter().filter(|field| field.is_public).map(|field| &field.ident));
            let names: Vec<&Ident> = bound.collect();
            let local = |at: usize| format_ident!("__value{at}");
            let bound = names.iter().enumerate().map(|(at, ident)| (ident, local(at)));
            let bound = bound.map(|(ident, local)| quote!(#ident: #local));
            let access = |ident: &Ident| names.iter().position(|name| *name == ident).map(local).to_token_stream();
            let shown = fields(&name, object, &access, runtime);
            quote!(Self::#ident { #(#bound,)* .. } => #shown,)
        }
        Holds::Value(field) => {
            let shown = shown(field, &quote!(__value), runtime);
            quote!(Self::#ident(__value) => __f.debug_tuple(#name).field(#shown).finish(),)
        }
    }
}

fn newtype(name: &str, field: &Field, runtime: &TokenStream) -> TokenStream {
    if let Some(ident) = &field.ident {
        let key = ident.unraw().to_string();
        let shown = shown(field, &quote!(&self.#ident), runtime);
        quote!(__f.debug_struct(#name).field(#key, #shown).finish())
    } else {
        let shown = shown(field, &quote!(&self.0), runtime);
        quote!(__f.debug_tuple(#name).field(#shown).finish())
    }
}

/// The fields of a struct or variant. Skipped fields appear only if they are public.
fn fields(name: &str, object: &Object, access: &dyn Fn(&Ident) -> TokenStream, runtime: &TokenStream) -> TokenStream {
    let read = object.fields.iter().filter_map(|field| {
        let ident = field.ident.as_ref()?;
        let (key, shown) = (ident.unraw().to_string(), shown(field, &access(ident), runtime));
        Some(quote!(.field(#key, #shown)))
    });
    let skipped = object.skipped.iter().filter(|field| field.is_public).map(|field| {
        let (key, value) = (field.ident.unraw().to_string(), access(&field.ident));
        quote_spanned!(on(&field.ty)=> .field(#key, #value))
    });
    quote!(__f.debug_struct(#name)#(#read)*#(#skipped)*.finish())
}

/// The value if it is public, else its type's redacted form.
fn shown(field: &Field, value: &TokenStream, runtime: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    if field.is_public {
        return quote_spanned!(on(ty)=> #value);
    }
    let redacted = if redacts_itself(field) || matches!(field.reading, Reading::Codec(Codec::Json)) {
        quote_spanned!(on(ty)=> <#ty as #runtime::SecretValue>::redacted)
    } else {
        quote!(#runtime::hidden)
    };
    quote!(&#runtime::Redacted(#value, #redacted))
}
