//! The grammar of `#[secret(..)]`: options with their spans, each given at most once, and hints for unknown ones.

mod bounds;
mod instead;
mod option;
mod rules;
mod serde;

use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{Attribute, Expr, LitStr, Path, Token, Type, WherePredicate};

pub use bounds::{Bounds, Length, Number, Value};
pub use option::Given;
use option::{duration, flag, only_false, parse_options, predicates, quoted, string, value, words};
use rules::RULES;
pub use rules::Rules;
pub use serde::{Foreign, options as serde_options};

use crate::case::{CASES, Case};
use crate::errors::Errors;
use secrets_shape::near::nearest;
use secrets_shape::shape::Base64Form;

/// The options of an item.
#[derive(Default)]
pub struct Container {
    pub id: Given<LitStr>,
    pub schema: Given<LitStr>,
    pub stage: Given<LitStr>,
    pub refresh: Given<LitStr>,
    pub max_stale: Given<LitStr>,
    pub rename_all: Given<Case>,
    pub rename_all_fields: Given<Case>,
    pub deny_unknown_fields: Given<()>,
    pub default: Given<()>,
    pub strict: Given<()>,
    pub lenient: Given<()>,
    pub validate: Given<Path>,
    pub text: Given<()>,
    /// `trim = false`
    pub trim: Given<()>,
    pub allow_empty: Given<()>,
    pub from: Given<Type>,
    pub try_from: Given<Type>,
    pub tag: Given<LitStr>,
    pub content: Given<LitStr>,
    pub untagged: Given<()>,
    /// `debug = false`
    pub debug: Given<()>,
    pub bound: Given<Vec<WherePredicate>>,
    pub runtime: Given<Path>,
}

const CONTAINER: [&str; 23] = [
    "id",
    "schema",
    "stage",
    "refresh",
    "max_stale",
    "rename_all",
    "rename_all_fields",
    "deny_unknown_fields",
    "default",
    "strict",
    "lenient",
    "validate",
    "text",
    "trim",
    "allow_empty",
    "from",
    "try_from",
    "tag",
    "content",
    "untagged",
    "debug",
    "bound",
    "crate",
];

/// The options of a field.
#[derive(Default)]
pub struct Field {
    pub rename: Given<LitStr>,
    pub alias: Vec<LitStr>,
    pub default: Given<Default>,
    pub flatten: Given<()>,
    pub skip: Given<()>,
    /// How the field is read; more than one is an error.
    pub codecs: Vec<(Ident, Codec)>,
    pub public: Given<()>,
    pub strict: Given<()>,
    pub lenient: Given<()>,
    pub rules: Rules,
}

const FIELD: [&str; 14] = [
    "rename", "alias", "default", "flatten", "skip", "from_str", "json", "base64", "hex", "serde", "with", "public",
    "strict", "lenient",
];

/// The value for an absent key.
pub enum Default {
    /// `default`
    Trait,
    /// `default = 5432`
    Expr(Expr),
}

/// How a field is read if not by its type.
#[derive(Clone)]
pub enum Codec {
    /// Whether numbers are parsed as well.
    FromStr(bool),
    Json,
    Base64(Base64Form),
    Hex,
    Serde,
    /// Through the `deserialize` function of this module.
    With(Path),
}

/// The options of a variant.
#[derive(Default)]
pub struct Variant {
    pub rename: Given<LitStr>,
}

const VARIANT: [&str; 1] = ["rename"];

/// The names of all options and rules of items and fields.
#[cfg(test)]
pub fn all_options() -> impl Iterator<Item = &'static str> {
    CONTAINER.into_iter().chain(FIELD).chain(RULES)
}

impl Container {
    pub fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut options = Self::default();
        parse_options(attributes, errors, &mut |name, input, _| options.option(name, input));
        options
    }

    fn option(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match name.to_string().as_str() {
            // id = "prod/orders/db"
            "id" => self.id.set(name, string(name, input)?),
            // schema = "secrets/orders-db.schema.json"
            "schema" => self.schema.set(name, string(name, input)?),
            // stage = "AWSPREVIOUS"
            "stage" => self.stage.set(name, string(name, input)?),
            // refresh = "5m"
            "refresh" => self.refresh.set(name, duration(name, input)?),
            // max_stale = "1h"
            "max_stale" => self.max_stale.set(name, duration(name, input)?),
            // rename_all = "camelCase"
            "rename_all" => self.rename_all.set(name, case(&string(name, input)?)?),
            // rename_all_fields = "camelCase"
            "rename_all_fields" => self.rename_all_fields.set(name, case(&string(name, input)?)?),
            // deny_unknown_fields
            "deny_unknown_fields" => self.deny_unknown_fields.set(name, flag(name, input)?),
            // default
            "default" if input.peek(Token![=]) => Err(syn::Error::new(
                name.span(),
                "here `default` takes every absent field from `Default::default()` of the struct: write it alone; the value \
                 of one field stands on the field, and what a function returns is `default = function()`",
            )),
            "default" => self.default.set(name, flag(name, input)?),
            // strict
            "strict" => self.strict.set(name, flag(name, input)?),
            // lenient
            "lenient" => self.lenient.set(name, flag(name, input)?),
            // validate = path::to::function
            "validate" => self.validate.set(name, value(name, input, "path::to::function")?),
            // text
            "text" => self.text.set(name, flag(name, input)?),
            // trim = false
            "trim" => self.trim.set(name, only_false(name, input, "one line end of a `text` is trimmed", "keep it")?),
            // allow_empty
            "allow_empty" => self.allow_empty.set(name, flag(name, input)?),
            // from = "u64"
            "from" => self.from.set(name, quoted(name, input, "\"u64\"")?),
            // try_from = "u64"
            "try_from" => self.try_from.set(name, quoted(name, input, "\"u64\"")?),
            // tag = "engine"
            "tag" => self.tag.set(name, string(name, input)?),
            // content = "value"
            "content" => self.content.set(name, string(name, input)?),
            // untagged
            "untagged" => self.untagged.set(name, flag(name, input)?),
            // debug = false
            "debug" => self.debug.set(
                name,
                only_false(
                    name,
                    input,
                    "a redacting `Debug` is generated",
                    "write your own, which redacts nothing by itself",
                )?,
            ),
            // bound = "T: Display"
            "bound" => self.bound.set(name, predicates(name, input)?),
            // crate = path::to::secrets_runtime, crate = "path::to::secrets_runtime"
            "crate" => self.runtime.set(name, quoted(name, input, "path::to::secrets_runtime")?),
            other if FIELD.contains(&other) || RULES.contains(&other) => {
                Err(misplaced(name, instead::on_an_item(other)))
            }
            other => Err(unknown(name, instead::of_item(other), &CONTAINER)),
        }
    }
}

impl Field {
    pub fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut options = Self::default();
        parse_options(attributes, errors, &mut |name, input, errors| options.option(name, input, errors));
        options
    }

    fn option(&mut self, name: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        match name.to_string().as_str() {
            // rename = "dbname"
            "rename" => self.rename.set(name, string(name, input)?),
            // alias = "user"
            "alias" => {
                self.alias.push(string(name, input)?);
                Ok(())
            }
            // default = 5432
            "default" if input.peek(Token![=]) => {
                input.parse::<Token![=]>()?;
                self.default.set(name, Default::Expr(input.parse()?))
            }
            // default
            "default" => self.default.set(name, flag(name, input).map(|()| Default::Trait)?),
            // flatten
            "flatten" => self.flatten.set(name, flag(name, input)?),
            // skip
            "skip" => self.skip.set(name, flag(name, input)?),
            // from_str, from_str(number)
            "from_str" => {
                let [numbers] = words(name, input, ["number"])?;
                self.codec(name, Codec::FromStr(numbers))
            }
            // json
            "json" => flag(name, input).and_then(|()| self.codec(name, Codec::Json)),
            // base64, base64(url, unpadded, lenient)
            "base64" => {
                let [is_url, is_unpadded, is_lenient] = words(name, input, ["url", "unpadded", "lenient"])?;
                self.codec(name, Codec::Base64(Base64Form { is_url, is_unpadded, is_lenient }))
            }
            // hex
            "hex" => flag(name, input).and_then(|()| self.codec(name, Codec::Hex)),
            // serde
            "serde" => flag(name, input).and_then(|()| self.codec(name, Codec::Serde)),
            // with = module, with = "module"
            "with" => quoted(name, input, "module").and_then(|module| self.codec(name, Codec::With(module))),
            // public
            "public" => self.public.set(name, flag(name, input)?),
            // strict
            "strict" => self.strict.set(name, flag(name, input)?),
            // lenient
            "lenient" => self.lenient.set(name, flag(name, input)?),
            other if RULES.contains(&other) => self.rules.option(name, input, errors),
            other if CONTAINER.contains(&other) => Err(misplaced(name, instead::on_a_field(other))),
            other => Err(unknown(name, instead::of_field(other), &[&FIELD[..], &RULES].concat())),
        }
    }

    #[allow(clippy::unnecessary_wraps, reason = "as the other options")]
    fn codec(&mut self, name: &Ident, codec: Codec) -> syn::Result<()> {
        self.codecs.push((name.clone(), codec));
        Ok(())
    }
}

impl Variant {
    pub fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut options = Self::default();
        parse_options(attributes, errors, &mut |name, input, _| match name.to_string().as_str() {
            // rename = "postgres"
            "rename" => options.rename.set(name, string(name, input)?),
            other if CONTAINER.contains(&other) => Err(misplaced(name, instead::on_a_variant(other))),
            other if FIELD.contains(&other) || RULES.contains(&other) => {
                Err(misplaced(name, instead::A_FIELDS_ON_A_VARIANT))
            }
            other => Err(unknown(name, instead::of_variant(other), &VARIANT)),
        });
        options
    }
}

/// The text of the doc comment, without the leading space of each line.
pub fn description(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta.require_name_value().ok()?.value {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    };
    let lines: Vec<String> =
        attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(line).collect();
    let lines: Vec<&str> = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim().to_owned()
}

fn case(name: &LitStr) -> syn::Result<Case> {
    Case::parse(&name.value()).ok_or_else(|| {
        let suggestion = match nearest(&name.value(), CASES) {
            Some(case) => format!("did you mean {case:?}? The cases are"),
            None => "expected one of".to_owned(),
        };
        syn::Error::new(name.span(), format!("unknown case {:?}; {suggestion} {}", name.value(), CASES.join(", ")))
    })
}

fn unknown(name: &Ident, instead: Option<&str>, known: &[&str]) -> syn::Error {
    let known = || known.iter().copied();
    let remedy = match (instead, nearest(&name.to_string(), known())) {
        (Some(instead), _) => instead.to_owned(),
        (None, Some(near)) => format!("did you mean `{near}`?"),
        (None, None) => format!("expected one of {}", listed(known())),
    };
    syn::Error::new(name.span(), format!("unknown option `{name}`; {remedy}"))
}

fn misplaced(name: &Ident, belongs: &str) -> syn::Error {
    syn::Error::new(name.span(), format!("`{name}` {belongs}"))
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The span of an option that is known to be given.
pub fn span_of<T>(option: &Given<T>) -> Span {
    option.span().unwrap_or_else(Span::call_site)
}
