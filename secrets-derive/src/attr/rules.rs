//! Validation rules: `range`, `length`, `pattern`, `one_of`, `each`, `custom`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{LitInt, LitStr, Path, Token, parenthesized, token};

use super::bounds::{Bounds, Length, Number};
use super::option::{Given, options, string, value};
use super::{FIELD, instead, misplaced, unknown};
use crate::errors::Errors;

/// The rules of a field, or of the items in one.
#[derive(Default)]
pub struct Rules {
    pub range: Given<Bounds<Number>>,
    pub multiple_of: Given<LitInt>,
    pub length: Given<Bounds<Length>>,
    pub pattern: Given<LitStr>,
    pub one_of: Given<Vec<LitStr>>,
    pub each: Given<Box<Rules>>,
    pub custom: Given<Path>,
}

pub const RULES: [&str; 7] = ["range", "multiple_of", "length", "pattern", "one_of", "each", "custom"];

impl Rules {
    pub fn option(&mut self, name: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        match name.to_string().as_str() {
            // range(1..=9), range(min = 1, max = 9)
            "range" => self.range.set(name, Bounds::parse(name, input)?),
            // multiple_of(5)
            "multiple_of" => self.multiple_of.set(name, unit(name, input)?),
            // length(8..=64), length(min = 8, max = 64)
            "length" => self.length.set(name, Bounds::parse(name, input)?),
            // pattern = r"^[a-z]+$"
            "pattern" => self.pattern.set(name, string(name, input)?),
            // one_of("disable", "require")
            "one_of" => self.one_of.set(name, names(name, input)?),
            // each(length(min = 8), pattern = "..")
            "each" => self.each.set(name, Box::new(Self::of_items(name, input, errors)?)),
            // custom = path::to::function
            "custom" => self.custom.set(name, value(name, input, "path::to::function")?),
            other if FIELD.contains(&other) => Err(misplaced(name, "belongs on the field itself, beside `each`")),
            other => Err(unknown(name, instead::of_field(other), &RULES)),
        }
    }

    fn of_items(name: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let inside = parentheses(name, input, "each(length(min = 8))")?;
        let mut rules = Self::default();
        options(&inside, errors, &mut |name, input, errors| rules.option(name, input, errors))?;
        Ok(rules)
    }
}

fn unit(name: &Ident, input: ParseStream<'_>) -> syn::Result<LitInt> {
    const EXAMPLE: &str = "multiple_of(5)";
    let inside = parentheses(name, input, EXAMPLE)?;
    let unit = inside.parse::<LitInt>();
    // Consumes the rest, which would otherwise be reported as a second error.
    let rest = inside.parse::<TokenStream>()?;
    unit.ok().filter(|_| rest.is_empty()).ok_or_else(|| {
        syn::Error::new(name.span(), format!("`multiple_of` takes one positive integer literal, as in `{EXAMPLE}`"))
    })
}

fn names(name: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    const EXAMPLE: &str = "one_of(\"disable\", \"require\")";
    let inside = parentheses(name, input, EXAMPLE)?;
    let names = Punctuated::<LitStr, Token![,]>::parse_terminated(&inside);
    let names: Vec<LitStr> = match names {
        Ok(names) => names.into_iter().collect(),
        Err(error) => {
            // Consumes the rest, which would otherwise be reported as a second error.
            inside.parse::<TokenStream>()?;
            return Err(syn::Error::new(
                error.span(),
                format!("`one_of` lists string literals, as in `{EXAMPLE}`; numbers are bounded with `range(..)`"),
            ));
        }
    };
    if names.is_empty() {
        return Err(syn::Error::new(
            name.span(),
            format!("`one_of` is empty: list what the value may be, as in `{EXAMPLE}`"),
        ));
    }
    Ok(names)
}

fn parentheses<'a>(name: &Ident, input: ParseStream<'a>, example: &str) -> syn::Result<syn::parse::ParseBuffer<'a>> {
    if !input.peek(token::Paren) {
        return Err(syn::Error::new(name.span(), format!("`{name}` needs parentheses; write `{example}`")));
    }
    let inside;
    parenthesized!(inside in input);
    Ok(inside)
}
