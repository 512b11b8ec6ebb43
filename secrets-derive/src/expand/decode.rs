//! The body of `decode`: match the keys, read every field, then build the value.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use secrets_shape::shape::Telling;
use syn::{Expr, ExprLit, Lit, LitStr, Member};

use super::field::of_type;
use super::{on, rules};
use crate::check::{
    Body, Checked, Choice, Content, Converted, Default, Field, Object, Reading, Skipped, Tagged, Variants,
};

pub fn body(item: &Checked) -> TokenStream {
    let Checked { runtime, validate, body, .. } = item;
    let value = match body {
        Body::Struct(object) => self::object(object, Shared { variant: 0, tags: 0, runtime }, &quote!(Self)),
        Body::Newtype(item) => newtype(&item.field, runtime),
        Body::Converted(item) => converted(item, runtime),
        Body::Names(variants) => names(variants, runtime),
        Body::Tagged(tagged) => tagged_variants(tagged, runtime),
        Body::Variants(item) => match item.telling {
            Telling::Name => named_variants(item, runtime),
            Telling::Content => tried_variants(item, runtime),
        },
    };
    let validate = validate.as_ref().map(|judge| quote!(#runtime::validate(__json, &__value, #judge, __report)?;));
    quote! {
        let __value = #value;
        #validate
        ::core::result::Result::Ok(__value)
    }
}

/// The inputs shared by all fields of an object.
#[derive(Clone, Copy)]
struct Shared<'a> {
    variant: usize,
    /// How many keys precede the fields: 1 for an enum's tag.
    tags: usize,
    runtime: &'a TokenStream,
}

fn object(object: &Object, shared: Shared<'_>, constructor: &TokenStream) -> TokenStream {
    let Shared { variant, tags, runtime } = shared;
    let Object { fields, skipped, denies_unknown: _ } = object;
    let count = tags + fields.len();
    let has_container_default =
        fields.iter().map(|field| &field.default).chain(skipped.iter().map(|field| &field.default));
    let container_default = has_container_default
        .into_iter()
        .any(|default| matches!(default, Some(Default::OfContainer)))
        .then(|| quote!(let __default = <Self as ::core::default::Default>::default();));
    let reads = fields.iter().enumerate().map(|(at, field)| read(tags + at, field, runtime));
    let members = fields.iter().map(member);
    let locals = (0..fields.len()).map(|at| local(tags + at));
    let skipped_idents = skipped.iter().map(|field| &field.ident);
    let skipped_values = skipped.iter().map(skipped_value);
    quote! {{
        let mut __slots = [#runtime::Slot::EMPTY; #count];
        let __object = #runtime::Object::open(
            __json,
            <Self as #runtime::SecretValue>::SHAPE,
            #variant,
            &mut __slots,
            __report,
        )?;
        #container_default
        #(#reads)*
        __object.close()?;
        #constructor { #(#members: #locals?,)* #(#skipped_idents: #skipped_values,)* }
    }}
}

fn converted(converted: &Converted, runtime: &TokenStream) -> TokenStream {
    let Converted { ty, is_try, coercion: _ } = converted;
    let span = on(ty);
    let convert = if *is_try {
        quote_spanned!(span=> |__value| <Self as ::core::convert::TryFrom<#ty>>::try_from(__value).ok())
    } else {
        quote_spanned!(span=> |__value| ::core::option::Option::Some(<Self as ::core::convert::From<#ty>>::from(__value)))
    };
    let decode = quote_spanned!(span=> <#ty as #runtime::SecretValue>::decode);
    quote!(#runtime::converted(__json, <Self as #runtime::SecretValue>::SHAPE, #decode, #convert, __report)?)
}

/// The field's name, or its index in a tuple struct.
fn member(field: &Field) -> Member {
    field.ident.clone().map_or_else(|| Member::Unnamed(0.into()), Member::Named)
}

fn newtype(field: &Field, runtime: &TokenStream) -> TokenStream {
    let member = member(field);
    value(field, &quote!(<Self as #runtime::SecretValue>::SHAPE), &quote!(Self { #member: __field? }), runtime)
}

/// Reads a newtype's value and applies the rules of its field.
fn value(field: &Field, shape: &TokenStream, build: &TokenStream, runtime: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    let decode = of_type(field, runtime).decode;
    let rules = rules::checks(ty, &field.rules, runtime)
        .map(|checks| quote!(let __field = __newtype.rules(__field, |__value: &#ty, __rules| { #checks }, __report);));
    quote! {{
        let __newtype = #runtime::Newtype::open(__json, #shape);
        let __field = __newtype.read(#decode, __report);
        #rules
        #build
    }}
}

fn names(variants: &[(Ident, LitStr)], runtime: &TokenStream) -> TokenStream {
    let names = variants.iter().map(|(_, name)| name);
    let arms = arms(variants.iter().map(|(ident, _)| quote!(Self::#ident)));
    quote!(match #runtime::name(__json, &[#(#names),*], __report)? { #arms })
}

fn tagged_variants(tagged: &Tagged, runtime: &TokenStream) -> TokenStream {
    let values = tagged.variants.iter().enumerate().map(|(at, variant)| {
        let ident = &variant.ident;
        let shared = Shared { variant: at, tags: 1, runtime };
        self::object(&variant.object, shared, &quote!(Self::#ident))
    });
    let arms = arms(values);
    quote!(match #runtime::variant(__json, <Self as #runtime::SecretValue>::SHAPE, __report)? { #arms })
}

/// Reads an enum whose object has one key, the variant's name.
fn named_variants(item: &Variants, runtime: &TokenStream) -> TokenStream {
    let values = item.variants.iter().enumerate().map(|(at, variant)| content(at, variant, runtime));
    let arms = arms(values);
    quote! {{
        let (__variant, __content) = #runtime::named(__json, <Self as #runtime::SecretValue>::SHAPE, __report)?;
        let __json = &__content;
        match __variant { #arms }
    }}
}

/// Reads an untagged enum: the first variant that accepts the value wins.
fn tried_variants(item: &Variants, runtime: &TokenStream) -> TokenStream {
    let tries = item.variants.iter().enumerate().map(|(at, variant)| {
        let value = content(at, variant, runtime);
        quote! {
            let __tried = __tries.next(|__json, __report| ::core::result::Result::Ok(#value));
            if let ::core::option::Option::Some(__value) = __tried {
                break '__tried __value;
            }
        }
    });
    quote! {'__tried: {
        let mut __tries = #runtime::Tries::new(__json, <Self as #runtime::SecretValue>::SHAPE);
        #(#tries)*
        return ::core::result::Result::Err(__tries.refused(__report));
    }}
}

/// Reads a variant's content from `__json`.
fn content(at: usize, variant: &Choice, runtime: &TokenStream) -> TokenStream {
    let ident = &variant.ident;
    match &variant.content {
        None => quote!(Self::#ident),
        Some(Content::Object(object)) => {
            self::object(object, Shared { variant: at, tags: 0, runtime }, &quote!(Self::#ident))
        }
        Some(Content::Value(field)) => {
            let shape = quote!(<Self as #runtime::SecretValue>::SHAPE.content(#at));
            value(field, &shape, &quote!(Self::#ident(__field?)), runtime)
        }
    }
}

/// The arms of a match on a position. The last arm is `_`, which makes the match exhaustive.
fn arms(values: impl ExactSizeIterator<Item = TokenStream>) -> TokenStream {
    let last = values.len() - 1;
    let arms = values.enumerate().map(|(at, value)| {
        let pattern = if at == last { quote!(_) } else { quote!(#at) };
        quote!(#pattern => #value,)
    });
    quote!(#(#arms)*)
}

fn local(at: usize) -> Ident {
    format_ident!("__field{at}")
}

/// Reads a field, applies its rules to a value from the secret, and handles absence.
fn read(at: usize, field: &Field, runtime: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    let local = local(at);
    let of_type = of_type(field, runtime);
    let (decode, absent) = (of_type.decode, of_type.absent);
    let read = match field.reading {
        Reading::Flattened => {
            // An unnamed flattened field is the content of a variant.
            let can_be = if field.ident.is_some() { quote!(Flatten) } else { quote!(BesideTag) };
            let is_flattened = quote_spanned!(on(ty)=> <#ty as #runtime::#can_be>::IS);
            quote!(__object.flattened(#at, #decode, #is_flattened, __report))
        }
        Reading::OfType | Reading::Codec(_) => quote!(__object.read(#at, #decode, #absent, __report)),
    };
    let rules = rules::checks(ty, &field.rules, runtime).map(
        |checks| quote!(let #local = __object.rules(#at, #local, |__value: &#ty, __rules| { #checks }, __report);),
    );
    let settle = match &field.default {
        None => quote!(__object.require(#at, #local, #absent, __report)),
        Some(default) => {
            let value = default_value(field.ident.as_ref(), &field.ty, default, runtime);
            match default {
                Default::OfContainer => quote!(__object.or_value(#local, #value)),
                Default::OfType | Default::Value(_) => quote!(__object.or_default(#local, || #value)),
            }
        }
    };
    quote! {
        let #local = #read;
        #rules
        let #local: ::core::result::Result<#ty, #runtime::Reported> = #settle;
    }
}

fn skipped_value(field: &Skipped) -> TokenStream {
    let Skipped { ident, ty, default, is_public: _ } = field;
    match default {
        Some(Default::Value(value)) => quote!(#value),
        Some(Default::OfContainer) => quote!(__default.#ident),
        Some(Default::OfType) | None => quote_spanned!(on(ty)=> <#ty as ::core::default::Default>::default()),
    }
}

fn default_value(ident: Option<&Ident>, ty: &syn::Type, default: &Default, runtime: &TokenStream) -> TokenStream {
    match default {
        Default::OfType => quote_spanned!(on(ty)=> <#ty as ::core::default::Default>::default()),
        Default::OfContainer => quote!(__default.#ident),
        // Converts a string literal to the field's type.
        Default::Value(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => {
            quote_spanned!(on(ty)=> <#ty as #runtime::TextDefault>::text_default(#text))
        }
        Default::Value(value) => {
            let given = quote_spanned!(on(value)=> <_ as #runtime::GivenDefault<#ty>>::given);
            quote!(#given(#value))
        }
    }
}
