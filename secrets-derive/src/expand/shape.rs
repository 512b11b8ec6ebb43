//! Generates the `SHAPE` of an item.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use secrets_shape::shape::{Coercion, Telling};

use super::field::of_type;
use super::{on, rules};
use syn::ext::IdentExt;

use crate::check::{Body, Checked, Content, Converted, Field, Object, Reading, Tagged, Variants};

pub fn of(item: &Checked) -> TokenStream {
    let Checked { ident, description, runtime, body, .. } = item;
    let name = ident.unraw().to_string();
    match body {
        Body::Struct(object) => {
            let object = object_shape(&name, description, object, None, runtime);
            quote!(#runtime::Shape::Object(&#object))
        }
        Body::Newtype(newtype) => {
            let field = field_shape(&newtype.field, runtime);
            quote!(#runtime::Shape::Newtype(&#field))
        }
        Body::Converted(converted) => {
            let Converted { ty, is_try, coercion } = &**converted;
            let shape = quote_spanned!(on(ty)=> <#ty as #runtime::SecretValue>::SHAPE);
            let rules = is_try.then(|| quote!(rules: &[#runtime::Rule::Valid(#name)],));
            let coercion = self::coercion(*coercion, runtime);
            quote! {
                #runtime::Shape::Newtype(&#runtime::FieldShape {
                    shape: #shape,
                    #rules
                    #coercion
                    ..#runtime::FieldShape::PLAIN
                })
            }
        }
        Body::Names(variants) => {
            let names = variants.iter().map(|(_, name)| name);
            quote!(#runtime::Shape::Names(&[#(#names),*]))
        }
        Body::Tagged(tagged) => tagged_shape(&name, description, tagged, runtime),
        Body::Variants(variants) => variants_shape(&name, description, variants, runtime),
    }
}

fn variants_shape(name: &str, description: &str, item: &Variants, runtime: &TokenStream) -> TokenStream {
    let Variants { telling, variants } = item;
    let telling = match telling {
        Telling::Name => quote!(Name),
        Telling::Content => quote!(Content),
    };
    let names = variants.iter().map(|variant| &variant.name);
    let contents = variants.iter().map(|variant| match &variant.content {
        None => quote!(::core::option::Option::None),
        Some(Content::Object(object)) => {
            let object = object_shape(&variant.ident.unraw().to_string(), &variant.description, object, None, runtime);
            quote!(::core::option::Option::Some(#runtime::Shape::Object(&#object)))
        }
        Some(Content::Value(field)) => {
            let field = field_shape(field, runtime);
            quote!(::core::option::Option::Some(#runtime::Shape::Newtype(&#field)))
        }
    });
    quote! {
        #runtime::Shape::Variants(&#runtime::VariantsShape {
            name: #name,
            description: #description,
            telling: #runtime::Telling::#telling,
            names: &[#(#names),*],
            contents: &[#(#contents),*],
        })
    }
}

fn tagged_shape(name: &str, description: &str, tagged: &Tagged, runtime: &TokenStream) -> TokenStream {
    let Tagged { tag, variants } = tagged;
    let names = variants.iter().map(|variant| &variant.name);
    let objects = variants.iter().map(|variant| {
        let value = &variant.name;
        let tag = quote! {
            #runtime::FieldShape {
                keys: &[#tag],
                shape: #runtime::Shape::Names(&[#value]),
                ..#runtime::FieldShape::PLAIN
            },
        };
        object_shape(&variant.ident.unraw().to_string(), &variant.description, &variant.object, Some(&tag), runtime)
    });
    quote! {
        #runtime::Shape::Tagged(&#runtime::TaggedShape {
            name: #name,
            description: #description,
            tag: #tag,
            names: &[#(#names),*],
            variants: &[#(#objects),*],
        })
    }
}

fn object_shape(
    name: &str,
    description: &str,
    object: &Object,
    tag: Option<&TokenStream>,
    runtime: &TokenStream,
) -> TokenStream {
    let fields = object.fields.iter().map(|field| field_shape(field, runtime));
    let unknown = if object.denies_unknown { quote!(Denied) } else { quote!(Ignored) };
    let unknown = quote!(#runtime::Unknown::#unknown);
    // A struct next to a tag decides for itself about unknown keys.
    let unknown = match object.fields.as_slice() {
        [Field { ident: None, reading: Reading::Flattened, ty, .. }] => {
            let shape = quote_spanned!(on(ty)=> <#ty as #runtime::SecretValue>::SHAPE);
            quote!(#shape.unknown_beside_tag(#unknown))
        }
        _ => unknown,
    };
    quote! {
        #runtime::ObjectShape {
            name: #name,
            description: #description,
            fields: &[#tag #(#fields),*],
            unknown: #unknown,
        }
    }
}

/// Generates the members that differ from a plain field.
fn field_shape(field: &Field, runtime: &TokenStream) -> TokenStream {
    let Field { ident: _, ty: _, description, keys, reading, default, coercion, is_public, rules } = field;
    let shape = of_type(field, runtime).shape;
    let rules = rules::data(rules, runtime);
    let description = (!description.is_empty()).then(|| quote!(description: #description,));
    let placement = matches!(reading, Reading::Flattened).then(|| quote!(placement: #runtime::Placement::Flattened,));
    let absence = default.as_ref().map(|_| quote!(absence: #runtime::Absence::Default,));
    let coercion = self::coercion(*coercion, runtime);
    let exposure = is_public.then(|| quote!(exposure: #runtime::Exposure::Public,));
    quote! {
        #runtime::FieldShape {
            keys: &[#(#keys),*],
            shape: #shape,
            rules: &[#(#rules),*],
            #description
            #placement
            #absence
            #coercion
            #exposure
            ..#runtime::FieldShape::PLAIN
        }
    }
}

/// The coercion, if it is not the default.
fn coercion(coercion: Coercion, runtime: &TokenStream) -> Option<TokenStream> {
    match coercion {
        Coercion::FromString => None,
        Coercion::None => Some(quote!(coercion: #runtime::Coercion::None,)),
        Coercion::Lenient => Some(quote!(coercion: #runtime::Coercion::Lenient,)),
    }
}
