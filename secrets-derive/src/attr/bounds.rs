//! `range(..)` and `length(..)`: two inclusive bounds, of which one may be omitted.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use secrets_shape::number::{self, Integer};
use secrets_shape::rule::Bound;
use syn::parse::{Parse, ParseStream};
use syn::{Lit, LitFloat, LitInt, Path, Token, parenthesized};

use super::option::Given;

/// The bounds of a rule; at least one is given.
pub struct Bounds<T> {
    pub min: Option<T>,
    pub max: Option<T>,
    pub span: Span,
}

/// A bound of `range`: a literal, possibly negative, or a constant.
pub struct Number {
    tokens: TokenStream,
    /// `None` for a constant, whose value only the compiler knows.
    pub value: Option<Value>,
}

/// A bound of `length`: a literal or a constant.
pub struct Length {
    tokens: TokenStream,
    /// `None` for a constant.
    pub value: Option<u64>,
}

/// The value of a number literal.
pub enum Value {
    Integer(Integer),
    Float(f64),
}

impl Value {
    /// The bound in the runtime's representation.
    pub fn bound(&self) -> Bound {
        match self {
            Self::Integer(value) => Bound::Integer(*value),
            Self::Float(value) => Bound::Float(*value),
        }
    }

    fn float(digits: &str) -> Option<Self> {
        digits.parse().ok().filter(|value: &f64| value.is_finite()).map(Self::Float)
    }
}

impl Number {
    /// The number literal in an expression, such as that of `default = -5`.
    pub fn of_expr(expr: &syn::Expr) -> Option<Value> {
        syn::parse2::<Self>(expr.to_token_stream()).ok()?.value
    }
}

impl Parse for Number {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if let Some(tokens) = constant(input)? {
            return Ok(Self { tokens, value: None });
        }
        let minus: Option<Token![-]> = input.parse()?;
        let literal = if input.peek(LitInt) || input.peek(LitFloat) { input.parse::<Lit>().ok() } else { None };
        let sign = if minus.is_some() { "-" } else { "" };
        let value = match &literal {
            Some(Lit::Int(integer)) => {
                number::integer(&format!("{sign}{}", integer.base10_digits())).ok().map(Value::Integer)
            }
            Some(Lit::Float(float)) => Value::float(&format!("{sign}{}", float.base10_digits())),
            _ => None,
        };
        match (literal, value) {
            (Some(literal), Some(value)) => Ok(Self { tokens: quote!(#minus #literal), value: Some(value) }),
            _ => Err(input.error("expected a number, as in `range(1..=9)`, or the path of a constant")),
        }
    }
}

impl ToTokens for Number {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}

/// The type of a bound: a number for `range`, a count for `length`.
pub trait End: Sized + ToTokens {
    const EXAMPLE: &'static str;
    const NAMED_EXAMPLE: &'static str;

    fn parse_end(input: ParseStream<'_>) -> syn::Result<Self>;

    /// Both bounds, where a single number is allowed.
    fn exactly(self) -> Option<(Self, Self)>;
}

impl End for Number {
    const EXAMPLE: &'static str = "range(1..=9)";
    const NAMED_EXAMPLE: &'static str = "range(min = 1, max = 9)";

    fn parse_end(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse()
    }

    fn exactly(self) -> Option<(Self, Self)> {
        None
    }
}

/// The path of a constant.
fn constant(input: ParseStream<'_>) -> syn::Result<Option<TokenStream>> {
    if !input.peek(syn::Ident) && !input.peek(Token![::]) && !input.peek(Token![Self]) && !input.peek(Token![crate]) {
        return Ok(None);
    }
    Ok(Some(input.parse::<Path>()?.into_token_stream()))
}

impl ToTokens for Length {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}

impl End for Length {
    const EXAMPLE: &'static str = "length(8..=64)";
    const NAMED_EXAMPLE: &'static str = "length(min = 8, max = 64)";

    fn parse_end(input: ParseStream<'_>) -> syn::Result<Self> {
        const EXPECTED: &str = "a length is a whole number from 0: of characters, bytes, items or keys";
        if let Some(tokens) = constant(input)? {
            // Length constants usually are `usize`.
            return Ok(Self { tokens: quote!(#tokens as u64), value: None });
        }
        if !input.peek(LitInt) {
            return Err(input.error(EXPECTED));
        }
        let literal: LitInt = input.parse()?;
        let value: u64 = literal.base10_parse().map_err(|_| syn::Error::new(literal.span(), EXPECTED))?;
        Ok(Self { tokens: value.to_token_stream(), value: Some(value) })
    }

    fn exactly(self) -> Option<(Self, Self)> {
        let Self { tokens, value } = self;
        Some((Self { tokens: tokens.clone(), value }, Self { tokens, value }))
    }
}

impl<T: End> Bounds<T> {
    /// `(1..=9)`, `(1..)`, `(..=9)`, `(min = 1, max = 9)`
    pub fn parse(name: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(syn::token::Paren) {
            return Err(wrong::<T>(name, "needs its ends in parentheses"));
        }
        let inside;
        parenthesized!(inside in input);
        let ends = Self::ends(name, &inside);
        if ends.is_err() {
            // Consumes the rest, which would otherwise be reported as a second error.
            inside.parse::<TokenStream>()?;
        }
        ends
    }

    fn ends(name: &Ident, inside: ParseStream<'_>) -> syn::Result<Self> {
        let (min, max) = if inside.peek(syn::Ident) && inside.peek2(Token![=]) {
            named(name, inside)?
        } else {
            dotted(name, inside)?
        };
        if !inside.is_empty() {
            return Err(inside.error(format!("unexpected after the ends of `{}`", T::EXAMPLE)));
        }
        if min.is_none() && max.is_none() {
            return Err(wrong::<T>(name, "needs at least one end"));
        }
        Ok(Self { min, max, span: name.span() })
    }
}

/// `min = 1, max = 9`
fn named<T: End>(rule: &Ident, inside: ParseStream<'_>) -> syn::Result<(Option<T>, Option<T>)> {
    let (mut min, mut max) = (Given::default(), Given::default());
    while !inside.is_empty() {
        let name: Ident = inside.parse()?;
        let end = match name.to_string().as_str() {
            "min" => &mut min,
            "max" => &mut max,
            _ => return Err(wrong::<T>(rule, &format!("has no `{name}`"))),
        };
        inside.parse::<Token![=]>()?;
        end.set(&name, T::parse_end(inside)?)?;
        if !inside.is_empty() {
            inside.parse::<Token![,]>()?;
        }
    }
    Ok((min.take(), max.take()))
}

/// `1..=9`, or `3` for a length
fn dotted<T: End>(rule: &Ident, inside: ParseStream<'_>) -> syn::Result<(Option<T>, Option<T>)> {
    if inside.is_empty() {
        return Ok((None, None));
    }
    let min = if inside.peek(Token![..]) { None } else { Some(T::parse_end(inside)?) };
    if inside.peek(Token![..=]) {
        inside.parse::<Token![..=]>()?;
        return Ok((min, Some(T::parse_end(inside)?)));
    }
    if inside.is_empty() {
        let (min, max) = min.and_then(T::exactly).ok_or_else(|| wrong::<T>(rule, "needs its ends"))?;
        return Ok((Some(min), Some(max)));
    }
    if !inside.peek(Token![..]) {
        return Err(wrong::<T>(rule, "needs its ends"));
    }
    inside.parse::<Token![..]>()?;
    if inside.is_empty() {
        return Ok((min, None));
    }
    let (low, high) =
        (min.map(|min| min.to_token_stream().to_string()).unwrap_or_default(), inside.parse::<TokenStream>()?);
    let message = format!(
        "`{rule}` includes its end: write `{rule}({low}..={high})` if {high} is allowed, and the number before it if not"
    );
    Err(syn::Error::new(rule.span(), message))
}

fn wrong<T: End>(name: &Ident, what: &str) -> syn::Error {
    let message = format!("`{name}` {what}; write `{}` or `{}`", T::EXAMPLE, T::NAMED_EXAMPLE);
    syn::Error::new(name.span(), message)
}
