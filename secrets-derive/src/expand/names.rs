//! Type names for messages about `from_str`, as the declaration spells them: a constant cannot get a type's name.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{GenericArgument, PathArguments, Type};

use super::all_fields;
use crate::attr::Codec;
use crate::check::{Checked, Reading};

/// Declares a marker type for each name that the fields need.
pub fn of(item: &Checked) -> TokenStream {
    let runtime = &item.runtime;
    let fields = all_fields(&item.body).0;
    let parsed = fields.into_iter().filter(|field| matches!(field.reading, Reading::Codec(Codec::FromStr(_))));
    let names: BTreeMap<Ident, String> = parsed.map(|field| (ident(&field.ty), name(&field.ty))).collect();
    let names = names.into_iter().map(|(ident, name)| {
        quote! {
            #[doc(hidden)]
            struct #ident;
            impl #runtime::Named for #ident {
                const NAME: &'static ::core::primitive::str = #name;
            }
        }
    });
    quote!(#(#names)*)
}

/// The marker type for a type's name.
pub fn ident(ty: &Type) -> Ident {
    let name: String = name(ty).chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    format_ident!("__NameOf{name}")
}

/// Containers whose content is parsed.
const CONTAINERS: [&str; 10] =
    ["Option", "Vec", "VecDeque", "Box", "Rc", "Arc", "BTreeSet", "HashSet", "BTreeMap", "HashMap"];

/// `IpAddr` for `Option<std::net::IpAddr>`. Only used in messages, so a wrong guess about an alias does no harm.
fn name(ty: &Type) -> String {
    let Type::Path(path) = ty else { return ty.to_token_stream().to_string() };
    let Some(last) = path.path.segments.last() else { return String::new() };
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if CONTAINERS.iter().any(|name| last.ident == name) => {
            match arguments.args.iter().nth(usize::from(last.ident.to_string().ends_with("Map"))) {
                Some(GenericArgument::Type(inner)) => name(inner),
                _ => last.ident.to_string(),
            }
        }
        _ => last.ident.to_string(),
    }
}
