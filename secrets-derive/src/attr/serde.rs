//! Reads `#[serde(..)]` attributes, which this derive ignores, to report those whose effect must be declared in `#[secret(..)]`.

use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Token, parenthesized, token};

/// An option of serde.
pub struct Foreign {
    pub name: String,
    pub span: Span,
    /// The value of `rename = ".."`.
    pub value: Option<LitStr>,
}

/// The serde options that affect deserializing.
pub fn options(attributes: &[Attribute]) -> Vec<Foreign> {
    let mut found = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        // serde itself reports a malformed attribute.
        let _ = attribute.parse_nested_meta(|meta| {
            let Some(name) = meta.path.get_ident() else { return Err(meta.error("not an option")) };
            found.extend(option(name, meta.input)?);
            Ok(())
        });
    }
    found
}

fn option(name: &Ident, input: ParseStream<'_>) -> syn::Result<Option<Foreign>> {
    let foreign = |value| Foreign { name: name.to_string(), span: name.span(), value };
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        let value = match input.parse()? {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
            _ => None,
        };
        return Ok(Some(foreign(value)));
    }
    if !input.peek(token::Paren) {
        return Ok(Some(foreign(None)));
    }
    // rename(serialize = "a", deserialize = "b")
    let inside;
    parenthesized!(inside in input);
    let mut value = None;
    while !inside.is_empty() {
        let direction: Ident = inside.parse()?;
        inside.parse::<Token![=]>()?;
        let text: LitStr = inside.parse()?;
        if direction == "deserialize" {
            value = Some(text);
        }
        if !inside.is_empty() {
            inside.parse::<Token![,]>()?;
        }
    }
    Ok(value.map(|value| foreign(Some(value))))
}
