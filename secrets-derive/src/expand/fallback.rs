//! The impls that a broken item still gets, so that one mistake causes one error and not several.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub fn fallback(item: &DeriveInput) -> TokenStream {
    let runtime = quote!(::secrets_runtime::__private);
    let DeriveInput { ident, generics, .. } = item;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let name = ident.to_string();
    quote! {
        #[automatically_derived]
        impl #impl_generics #runtime::SecretValue for #ident #type_generics #where_clause {
            const SHAPE: #runtime::Shape = #runtime::Shape::Object(&#runtime::ObjectShape::EMPTY);

            fn decode(
                _: &#runtime::Json<'_>,
                _: &mut #runtime::Report,
            ) -> ::core::result::Result<Self, #runtime::Reported> {
                ::core::unreachable!()
            }
        }

        #[automatically_derived]
        impl #impl_generics #runtime::Secret for #ident #type_generics #where_clause {
            const SPEC: #runtime::SecretSpec = #runtime::SecretSpec::new(#name);
        }

        #[automatically_derived]
        impl #impl_generics #runtime::NamedSecret for #ident #type_generics #where_clause {
            const ID: &'static str = "";
        }

        #[automatically_derived]
        impl #impl_generics #runtime::Flatten for #ident #type_generics #where_clause {
            const IS: () = ();
        }

        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #ident #type_generics #where_clause {
            fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::unreachable!()
            }
        }
    }
}
