//! Parses options one by one, so that a wrong one does not hide errors in the next.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, LitBool, LitInt, LitStr, Token, WherePredicate, parenthesized, token};

use crate::errors::Errors;

/// An option with the span of its name. Reports if it is given twice.
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

/// Parses what follows an option's name.
pub type ReadOption<'a> = dyn FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()> + 'a;

/// Calls `option` for every option of every `#[secret(..)]`.
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

/// Expects nothing after the option's name.
pub fn flag(name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if !input.peek(Token![=]) && !input.peek(token::Paren) {
        return Ok(());
    }
    let ahead = input.fork();
    let given = ahead.parse::<Token![=]>().and_then(|_| ahead.parse::<LitBool>());
    let effect = if name == "public" { " to show the field in `Debug`; without it the field is redacted" } else { "" };
    let remedy = match given {
        Ok(given) if !given.value => "it is off where it is not written: leave it out".to_owned(),
        Err(_) if effect.is_empty() => "write it alone, or leave it out".to_owned(),
        Ok(_) | Err(_) => format!("write it alone{effect}"),
    };
    Err(syn::Error::new(name.span(), format!("`{name}` takes no value: {remedy}")))
}

/// `= false`, for an option that is on by default.
pub fn only_false(name: &Ident, input: ParseStream<'_>, is_on: &str, effect: &str) -> syn::Result<()> {
    let given = input.fork();
    if given.parse::<Token![=]>().and_then(|_| given.parse::<LitBool>()).is_ok_and(|given| !given.value) {
        input.advance_to(&given);
        return Ok(());
    }
    let message = format!("{is_on} anyway: remove `{name}`, or write `{name} = false` to {effect}");
    Err(syn::Error::new(name.span(), message))
}

/// Nothing, or some of the known words in parentheses. Returns which were given.
pub fn words<const N: usize>(name: &Ident, input: ParseStream<'_>, known: [&str; N]) -> syn::Result<[bool; N]> {
    let mut given = [false; N];
    let listed = known.map(|word| format!("`{word}`")).join(", ");
    let told = |span| {
        syn::Error::new(
            span,
            format!("write `{name}` alone, or in parentheses which form it has, of {listed}: `{name}({})`", known[0]),
        )
    };
    if input.peek(Token![=]) {
        return Err(told(name.span()));
    }
    if !input.peek(token::Paren) {
        return Ok(given);
    }
    let inside;
    parenthesized!(inside in input);
    let words = Punctuated::<Ident, Token![,]>::parse_terminated(&inside);
    // Consumes the rest, which would otherwise be reported as a second error.
    inside.parse::<TokenStream>()?;
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
            format!("expected a string literal, `{name} = \"..\"`: a derive cannot read constants and calls"),
        )
    })
}

/// `= "5m"`
pub fn duration(name: &Ident, input: ParseStream<'_>) -> syn::Result<LitStr> {
    let ahead = input.fork();
    if ahead.parse::<Token![=]>().is_ok()
        && let Ok(number) = ahead.parse::<LitInt>()
    {
        let message = format!(
            "a duration has a unit and stands in quotes: for seconds write `{name} = \"{}s\"`",
            number.base10_digits()
        );
        return Err(syn::Error::new(number.span(), message));
    }
    string(name, input)
}

/// `= value`, or `= "value"` as serde writes it.
pub fn quoted<T: Parse>(name: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<T> {
    let ahead = input.fork();
    if ahead.parse::<Token![=]>().is_ok() && ahead.peek(LitStr) {
        let text = string(name, input)?;
        return text.parse().map_err(|_| syn::Error::new(text.span(), expected(name, example)));
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

fn expected(name: &Ident, example: &str) -> String {
    format!("`{name}` needs a value, as in `{name} = {example}`")
}

/// `= value`
pub fn value<T: Parse>(name: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<T> {
    let told = |span| syn::Error::new(span, expected(name, example));
    if !input.peek(Token![=]) {
        return Err(told(name.span()));
    }
    input.parse::<Token![=]>()?;
    input.parse().map_err(|error: syn::Error| told(error.span()))
}
