//! Accesses the implementations of a field's type.
//!
//! Always names a trait in the same form, `<Type as Trait>::item` on the type's span. The compiler deduplicates identical errors,
//! so a type without the trait is reported once.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use secrets_shape::shape::Base64Form;

use super::{names, on};
use crate::attr::Codec;
use crate::check::{Field, Reading};

/// The functions and the constant for reading a field.
pub struct OfType {
    pub shape: TokenStream,
    pub decode: TokenStream,
    pub absent: TokenStream,
}

pub fn of_type(field: &Field, runtime: &TokenStream) -> OfType {
    let ty = &field.ty;
    let span = on(ty);
    let coded = |codec: TokenStream| {
        let coded = quote_spanned!(span=> <#ty as #runtime::Coded<#runtime::#codec, _>>);
        OfType {
            shape: quote_spanned!(span=> #coded::SHAPE),
            decode: quote_spanned!(span=> #coded::decode),
            absent: quote_spanned!(span=> #coded::absent),
        }
    };
    let value = quote_spanned!(span=> <#ty as #runtime::SecretValue>);
    match &field.reading {
        Reading::OfType | Reading::Flattened => OfType {
            shape: quote_spanned!(span=> #value::SHAPE),
            decode: quote_spanned!(span=> #value::decode),
            absent: quote_spanned!(span=> #value::absent),
        },
        Reading::Codec(Codec::FromStr(numbers)) => {
            let name = names::ident(ty);
            coded(quote_spanned!(span=> FromString<#name, #numbers>))
        }
        Reading::Codec(Codec::Base64(Base64Form { is_url, is_unpadded, is_lenient })) => {
            coded(quote_spanned!(span=> FromBase64<#is_url, #is_unpadded, #is_lenient>))
        }
        Reading::Codec(Codec::Hex) => coded(quote_spanned!(span=> FromHex)),
        Reading::Codec(Codec::Json) => {
            let shape = quote_spanned!(span=> #runtime::Shape::Embedded(&#value::SHAPE));
            let absent = quote_spanned!(span=> #value::absent);
            let decode = quote_spanned! {span=>
                |__json: &#runtime::Json<'_>, __report: &mut #runtime::Report| {
                    #runtime::decode_json(&#shape, #value::decode, #absent, __json, __report)
                }
            };
            OfType { shape, decode, absent }
        }
        Reading::Codec(Codec::With(module)) => {
            let read = quote_spanned!(on(module)=> |__deserializer| #module::deserialize(__deserializer));
            OfType {
                shape: quote_spanned!(span=> #runtime::Shape::Any),
                decode: quote! {
                    |__json: &#runtime::Json<'_>, __report: &mut #runtime::Report| {
                        #runtime::decode_with(__json, __report, #read)
                    }
                },
                absent: quote!(|| #runtime::absent_with(#read)),
            }
        }
        Reading::Codec(Codec::Serde) => {
            let serde = quote_spanned!(span=> <#ty as #runtime::FromSerde>);
            OfType {
                shape: quote_spanned!(span=> #runtime::Shape::Any),
                decode: quote_spanned!(span=> #serde::decode),
                absent: quote_spanned!(span=> #serde::absent),
            }
        }
    }
}
