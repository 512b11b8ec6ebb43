//! Rules about the options of the item itself.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Generics, LitBool, LitStr};

use super::{Spec, schema};
use crate::ast::{Body, Field, Variant};
use crate::attr::{Container, Given, span_of};
use crate::errors::Errors;
use secrets_shape::{duration, id};

/// An option that has no effect on an item of this kind is a misunderstanding.
pub fn options_fit(options: &Container, body: &Body, errors: &mut Errors) {
    let Container {
        id,
        schema,
        stage,
        refresh,
        max_stale,
        rename_all,
        deny_unknown_fields,
        default,
        strict,
        validate,
        text,
        trim,
        tag,
        debug: _,
        runtime: _,
    } = options;
    let mut refuse = |span: Option<Span>, message: &str| {
        if let Some(span) = span {
            errors.at(span, message);
        }
    };
    let is_enum = matches!(body, Body::Enum(_));
    if is_enum {
        refuse(text.span(), "`text` is for a struct with one field");
        refuse(default.span(), "an enum has no `default`; put it on the fields that have this type");
    } else {
        refuse(tag.span(), "`tag` is for enums; the variant is told by the value of that key");
    }
    if is_enum && !tag.is_given() {
        const NAMES: &str = "an enum without `tag` is one string of a secret, not a secret of its own";
        for span in [id.span(), schema.span(), stage.span(), refresh.span(), max_stale.span()] {
            refuse(span, NAMES);
        }
        refuse(deny_unknown_fields.span(), "an enum without `tag` has no fields");
        refuse(strict.span(), "an enum without `tag` is read strictly: exactly a variant's name");
        refuse(validate.span(), "an enum without `tag` has nothing to validate: it is one of its names");
    }
    if text.is_given() {
        const TEXT: &str = "this has no effect with `text`: the secret is one text, without keys";
        for span in [rename_all.span(), deny_unknown_fields.span(), default.span()] {
            refuse(span, TEXT);
        }
        refuse(schema.span(), "a secret that is plain text has no `schema`: there are no keys to compare");
    } else {
        refuse(trim.span(), "`trim` goes with `text`: it takes the line ends off a secret that is plain text");
    }
}

pub fn spec(options: &Container, generics: &Generics, errors: &mut Errors) -> Spec {
    id_is_possible(options.id.get(), errors);
    id_is_of_one_type(&options.id, generics, errors);
    // Where it has no place, that is said already.
    let has_schema = !options.text.is_given();
    let schema = has_schema.then(|| schema::read(&options.schema, generics, errors)).flatten();
    stage_is_possible(options.stage.get(), errors);
    let refresh = seconds(options.refresh.get(), errors);
    let max_stale = seconds(options.max_stale.get(), errors);
    if let (Some(refresh), Some(max_stale)) = (refresh, max_stale)
        && max_stale < refresh
    {
        let message = "shorter than `refresh`: every value would be stale before it is looked at again";
        errors.at(options.max_stale.get().map_or_else(Span::call_site, LitStr::span), message);
    }
    Spec { id: options.id.get().cloned(), schema, stage: options.stage.get().cloned(), refresh, max_stale }
}

fn id_is_possible(id: Option<&LitStr>, errors: &mut Errors) {
    if let Some(id) = id {
        errors.keep(
            id::check(&id.value())
                .map_err(|reason| syn::Error::new(id.span(), format!("this id cannot be used: {reason}"))),
        );
    }
}

/// One id cannot name what several types would be read from.
fn id_is_of_one_type(id: &Given<LitStr>, generics: &Generics, errors: &mut Errors) {
    if id.is_given() && generics.type_params().next().is_some() {
        errors.at(
            span_of(id),
            "a generic struct has no `id`: each of its types would need another; remove it and use `load_from`",
        );
    }
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>
fn stage_is_possible(stage: Option<&LitStr>, errors: &mut Errors) {
    let Some(stage) = stage else { return };
    if !(1..=256).contains(&stage.value().chars().count()) {
        errors.at(
            stage.span(),
            "a staging label has 1 to 256 characters; AWS's own are AWSCURRENT, AWSPREVIOUS, AWSPENDING",
        );
    }
}

fn seconds(duration: Option<&LitStr>, errors: &mut Errors) -> Option<u64> {
    let text = duration?;
    let parsed = duration::parse_interval(&text.value()).map_err(|message| syn::Error::new(text.span(), message));
    errors.keep(parsed).map(|duration| duration.as_secs())
}

/// Whether `Debug` is generated.
pub fn has_debug(debug: Given<LitBool>, errors: &mut Errors) -> bool {
    match debug.take() {
        Some(value) if value.value => {
            errors.at(value.span, "a redacting `Debug` is generated anyway; `debug = false` leaves it out");
            true
        }
        Some(_) => false,
        None => true,
    }
}

/// The field of a newtype.
pub fn only_field(mut fields: Vec<Field>, text: Span, errors: &mut Errors) -> Option<Field> {
    if fields.len() > 1 {
        let second = fields[1].ident.as_ref().map_or_else(|| fields[1].ty.span(), syn::Ident::span);
        errors.at(
            second,
            "a secret that is plain text has one field; with several, the secret is a JSON object: remove `text`",
        );
        return None;
    }
    let field = fields.pop();
    if field.is_none() {
        errors.at(text, "a secret that is plain text needs a field for it: `struct ApiKey(SecretString)`");
    }
    field
}

pub fn refuse_tuple(fields: &[Field], errors: &mut Errors) {
    let span = fields.first().map_or_else(Span::call_site, |field| field.ty.span());
    errors.at(
        span,
        "a secret is a struct with named fields, one for each key of its JSON object; these have no names. For a secret \
         that is plain text write `#[secret(text)]`",
    );
}

pub fn no_variant_has_fields(variants: &[Variant], errors: &mut Errors) {
    for variant in variants.iter().filter(|variant| variant.fields.is_some()) {
        errors.at(
            variant.ident.span(),
            "a variant with fields needs `#[secret(tag = \"..\")]` on the enum: the key whose value tells the variants apart",
        );
    }
}
