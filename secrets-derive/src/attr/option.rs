//! Reading options one by one: a wrong one does not hide the next.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, LitStr, Token, WherePredicate, parenthesized, token};

use crate::errors::Errors;

/// An option and where its name stands. It knows whether it was given twice.
pub struct Given<T>(Option<(Span, T)>);

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Given<T> {
    pub fn set(&mut self, name: &Ident, value: T) -> syn::Result<()> {
        if self.0.is_some() {
            return Err(syn::Error::new(name.span(), format!("`{name}` is given twice; keep one")));
        }
        self.0 = Some((name.span(), value));
        Ok(())
    }

    pub fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, value)| value)
    }

    pub fn take(self) -> Option<T> {
        self.0.map(|(_, value)| value)
    }

    pub fn span(&self) -> Option<Span> {
        self.0.as_ref().map(|(span, _)| *span)
    }

    pub fn is_given(&self) -> bool {
        self.0.is_some()
    }
}

/// Reads what follows the name of an option.
pub type ReadOption<'a> = dyn FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()> + 'a;

/// Hands each option of each `#[secret(..)]` to `option`, which reads what follows its name.
pub fn parse_options(attributes: &[Attribute], errors: &mut Errors, option: &mut ReadOption<'_>) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("secret")) {
        let parsed = attribute.parse_args_with(|input: ParseStream<'_>| options(input, errors, option));
        errors.keep(parsed);
    }
}

/// `name .., name .., `
pub fn options(input: ParseStream<'_>, errors: &mut Errors, option: &mut ReadOption<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        let Ok(name) = input.call(Ident::parse_any) else {
            return Err(input.error("expected the name of an option, such as `rename = \"..\"`"));
        };
        match option(&name, input, errors) {
            Ok(()) if !input.is_empty() && !input.peek(Token![,]) => {
                errors.push(input.error(format!("expected `,` or the end of the options after `{name}`")));
                skip_to_comma(input);
            }
            Ok(()) => {}
            Err(error) => {
                errors.push(error);
                skip_to_comma(input);
            }
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

/// Nothing: the option's name says it all.
pub fn flag(name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if !input.peek(Token![=]) && !input.peek(token::Paren) {
        return Ok(());
    }
    Err(syn::Error::new(name.span(), format!("`{name}` takes no value; write it alone")))
}

/// Nothing, or some of these words in parentheses; which of them.
pub fn words<const N: usize>(name: &Ident, input: ParseStream<'_>, known: [&str; N]) -> syn::Result<[bool; N]> {
    let mut given = [false; N];
    if input.peek(Token![=]) {
        let example = format!("`{name}` or `{name}({})`", known.join(", "));
        return Err(syn::Error::new(name.span(), format!("`{name}` takes no value; write {example}")));
    }
    if !input.peek(token::Paren) {
        return Ok(given);
    }
    let inside;
    parenthesized!(inside in input);
    let words = Punctuated::<Ident, Token![,]>::parse_terminated(&inside);
    // One mistake, one message: what is left unread would be another.
    inside.parse::<TokenStream>()?;
    let told = |span| syn::Error::new(span, format!("expected `{name}({})`", known.join(", ")));
    let words = words.map_err(|error| told(error.span()))?;
    for word in &words {
        let at = known.iter().position(|known| word == known).ok_or_else(|| told(word.span()))?;
        given[at] = true;
    }
    if words.is_empty() { Err(told(name.span())) } else { Ok(given) }
}

/// `= ".."`
pub fn string(name: &Ident, input: ParseStream<'_>) -> syn::Result<LitStr> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(name.span(), format!("`{name}` needs a string literal; write `{name} = \"..\"`")));
    }
    input.parse::<Token![=]>()?;
    input.parse().map_err(|error| {
        syn::Error::new(
            error.span(),
            format!("expected a string literal, which the derive can read: `{name} = \"..\"`"),
        )
    })
}

/// `= value`, or `= "value"` as serde has it.
pub fn quoted<T: Parse>(name: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<T> {
    let ahead = input.fork();
    if ahead.parse::<Token![=]>().is_ok() && ahead.peek(LitStr) {
        let text = string(name, input)?;
        return text.parse().map_err(|_| syn::Error::new(text.span(), format!("write `{name} = {example}`")));
    }
    value(name, input, example)
}

/// `= "T: Display, U: FromStr"`
pub fn predicates(name: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<WherePredicate>> {
    let text = string(name, input)?;
    let predicates = text.parse_with(Punctuated::<WherePredicate, Token![,]>::parse_terminated);
    predicates.map(|predicates| predicates.into_iter().collect()).map_err(|_| {
        syn::Error::new(text.span(), format!("write bounds as in a `where` clause: `{name} = \"T: FromStr\"`"))
    })
}

/// `= value`
pub fn value<T: Parse>(name: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<T> {
    let told = |span| syn::Error::new(span, format!("write `{name} = {example}`"));
    if !input.peek(Token![=]) {
        return Err(told(name.span()));
    }
    input.parse::<Token![=]>()?;
    input.parse().map_err(|error: syn::Error| told(error.span()))
}
