//! The `#[derive(Secret)]` macro of `secrets-runtime`, which documents its options.
//!
//! It has three stages with a type between each. `attr` and `ast` parse the tokens into an `Input`. `check` turns it into a
//! `Checked`, reading the file that `schema` names, or reports everything that is wrong. `expand` generates the code for a
//! `Checked` and cannot fail.

mod ast;
mod attr;
mod case;
mod check;
mod errors;
mod expand;
mod pattern;
mod schema_file;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

// What an editor shows for `Secret`: all options, from the page that is the reference.
#[doc = "[schema-file]: https://docs.rs/secrets-runtime/latest/secrets_runtime/guides/schema_file/index.html\n\n"]
#[doc = include_str!("../declarations.md")]
#[proc_macro_derive(Secret, attributes(secret))]
pub fn derive_secret(input: TokenStream) -> TokenStream {
    let item = parse_macro_input!(input as DeriveInput);
    derive(item).into()
}

fn derive(item: DeriveInput) -> proc_macro2::TokenStream {
    let fallback = expand::fallback(&item);
    let mut errors = errors::Errors::default();
    let checked = ast::Input::parse(item, &mut errors).and_then(|input| check::check(input, &mut errors));
    match errors.finish() {
        Ok(()) => checked.map_or(fallback, |checked| expand::expand(&checked)),
        Err(errors) => {
            let errors = errors.into_compile_error();
            quote::quote!(#errors #fallback)
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    fn errors_of(item: syn::DeriveInput) -> usize {
        super::derive(item).to_string().matches("compile_error").count()
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let item = parse_quote! {
            #[secret(id = "a b", nonsense)]
            struct S {
                #[secret(range(9..=1), public, public)]
                a: u8,
                #[secret(rename = "a")]
                b: u8,
            }
        };
        assert_eq!(errors_of(item), 5);
    }

    /// Editors show this page as the documentation of `Secret`.
    #[test]
    fn every_option_is_on_the_page() {
        let page = include_str!("../declarations.md");
        for option in super::attr::all_options() {
            assert!(page.contains(&format!("`{option}")), "{option}");
        }
        for words in ["E0119", "`debug = false`", "E0391"] {
            assert!(page.contains(words), "{words}");
        }
    }

    #[test]
    fn a_correct_item_has_no_errors() {
        let item = parse_quote! {
            #[secret(rename_all = "camelCase", strict, deny_unknown_fields)]
            struct S<T> {
                #[secret(alias = "x", alias = "y", range(min = -1), default = 5)]
                a: i8,
                b: T,
            }
        };
        assert_eq!(errors_of(item), 0);
    }
}
