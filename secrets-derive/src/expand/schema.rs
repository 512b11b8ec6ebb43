//! Generates the comparison with the schema file: one constant computes the problem bits, and each possible problem is a question about
//! them.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use secrets_shape::file_shape::{Constant, Kinds, Place, Span as Places};
use syn::LitStr;

use super::question::{self, Question};
use super::{ends, option};
use crate::check::{Checked, File, Paired, Problem, Spot};
use crate::schema_file::Layout;

pub fn of(item: &Checked) -> Option<TokenStream> {
    let Checked { ident, spec, runtime, .. } = item;
    let schema = spec.schema.as_ref()?;
    let path = &schema.path;
    // Makes cargo rebuild when the variable changes.
    let variable = quote!(
        const _: ::core::option::Option<&::core::primitive::str> = ::core::option_env!("SECRETS_SCHEMA");
    );
    let mistakes = schema.mistakes.as_ref().map(syn::Error::to_compile_error);
    let Some(file) = &schema.file else { return Some(quote!(#variable #mistakes)) };
    let (shape, count) = (file_shape(file, runtime), file.length());
    let problems = file.problems.iter().enumerate();
    let own = problems.map(|(at, problem)| own(format_ident!("__Problem{at}"), problem, path.span()));
    let questions: Vec<Question> = own.chain(common(file, path, runtime)).collect();
    let asked = question::asked(&questions, runtime);
    Some(quote! {
        #variable
        #mistakes
        // Makes cargo rebuild when the file changes.
        const _: &::core::primitive::str = ::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #path));
        const __PROBLEMS: [::core::primitive::u8; #count] =
            #runtime::fits(&<#ident as #runtime::SecretValue>::SHAPE, &#shape);
        #asked
    })
}

/// The question whether one problem is absent.
fn own(name: Ident, problem: &Problem, path: Span) -> Question {
    let Problem { at: place, bit, spot, message, note } = problem;
    let spans = match spot {
        Spot::Type(ty) => ends(ty, path),
        Spot::Path => (path, path),
    };
    let fits = quote_spanned!(question::at(spans.1)=> __PROBLEMS[#place] & #bit == 0);
    Question { name, fits, message: message.clone(), label: LABEL, note: note.clone(), spans }
}

const LABEL: &str = "does not fit the schema file";

/// A single question for all problems that exist only if a type is not what its name suggests.
fn common(file: &File, path: &LitStr, runtime: &TokenStream) -> Option<Question> {
    if file.presumed_absent.iter().all(|problems| *problems == 0) {
        return None;
    }
    let absent = Literal::byte_string(&file.presumed_absent);
    Some(Question {
        name: format_ident!("__Presumed"),
        fits: quote_spanned!(question::at(path.span())=> #runtime::lack(&__PROBLEMS, #absent)),
        message: format!(
            "a field reads something else than {} says, and its type has the name of a standard one",
            path.value()
        ),
        label: LABEL,
        note: "give your own type a name that is not `String`, `u16` or another of the standard library's: then the \
               error tells which field it is"
            .to_owned(),
        spans: (path.span(), path.span()),
    })
}

fn file_shape(file: &File, runtime: &TokenStream) -> TokenStream {
    let Layout { keys, constants, required, .. } = &file.layout;
    let (kinds, details) = file.layout.kinds_and_details();
    let kinds = Literal::byte_string(&kinds);
    let details = details.iter().map(|(at, place)| {
        let place = self::place(place, runtime);
        quote!((#at, #place))
    });
    let constants = constants.iter().map(|constant| self::constant(constant, runtime));
    let required = required.iter().map(|group| quote!(&[#(#group),*]));
    let objects = file.objects.iter().map(|object| {
        let Paired { place, variant, tags, is_shared, problems, places, aliases, required } = object;
        let aliases = aliases.iter().map(|(field, place)| quote!((#field, #place)));
        let required = Literal::byte_string(required);
        quote! {
            #runtime::FileObject {
                place: #place,
                variant: #variant,
                tags: #tags,
                is_shared: #is_shared,
                problems: #problems,
                places: &[#(#places),*],
                aliases: &[#(#aliases),*],
                required: #required,
            }
        }
    });
    quote! {
        #runtime::FileShape {
            kinds: #kinds,
            keys: &[#(#keys),*],
            details: &[#(#details),*],
            constants: &[#(#constants),*],
            required: &[#(#required),*],
            objects: &[#(#objects),*],
        }
    }
}

/// Generates the members that differ from a place of which only the kind is known.
fn place(place: &Place, runtime: &TokenStream) -> TokenStream {
    let Place {
        kinds: Kinds(kinds),
        minimum,
        maximum,
        constants,
        keys,
        are_all_keys,
        required,
        values,
        items,
        content,
        variants,
    } = place;
    let here = Span::call_site();
    let span = |Places(start, end): &Places| quote!(#runtime::Places(#start, #end));
    let member = |is_there: bool, name: &str, value: TokenStream| {
        let name = format_ident!("{name}");
        is_there.then(|| quote!(#name: #value,))
    };
    let differing = [
        member(minimum.is_some(), "minimum", option(here, minimum.as_ref())),
        member(maximum.is_some(), "maximum", option(here, maximum.as_ref())),
        member(constants.is_some(), "constants", option(here, constants.as_ref().map(span))),
        member(!keys.is_empty(), "keys", span(keys)),
        member(*are_all_keys, "are_all_keys", quote!(true)),
        member(!required.is_empty(), "required", span(required)),
        member(values.is_some(), "values", option(here, values.as_ref())),
        member(items.is_some(), "items", option(here, items.as_ref())),
        member(content.is_some(), "content", option(here, content.as_ref())),
        member(!variants.is_empty(), "variants", span(variants)),
    ];
    let differing: Vec<TokenStream> = differing.into_iter().flatten().collect();
    quote!(#runtime::Place { #(#differing)* ..#runtime::Place::of(#runtime::Kinds(#kinds)) })
}

fn constant(constant: &Constant<'_>, runtime: &TokenStream) -> TokenStream {
    match constant {
        Constant::Null => quote!(#runtime::Constant::Null),
        Constant::Boolean => quote!(#runtime::Constant::Boolean),
        Constant::Text(text) => quote!(#runtime::Constant::Text(#text)),
        Constant::Integer(value) => quote!(#runtime::Constant::Integer(#value)),
        Constant::Number => quote!(#runtime::Constant::Number),
        Constant::Structure => quote!(#runtime::Constant::Structure),
    }
}
