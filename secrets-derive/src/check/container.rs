//! Rules about the options of the item.

use std::path::PathBuf;
use std::{env, fs};

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Generics, LitStr};

use super::{Spec, schema};
use crate::ast::{Body, Field, Variant, VariantFields};
use crate::attr::Container;
use crate::errors::Errors;
use secrets_shape::{duration, id};

/// Reports options that have no effect on this kind of item.
pub fn options_fit(options: &Container, body: &Body, errors: &mut Errors) {
    let Container {
        id: _,
        schema,
        stage: _,
        refresh: _,
        max_stale: _,
        rename_all,
        rename_all_fields,
        deny_unknown_fields,
        default,
        strict: _,
        lenient: _,
        validate: _,
        text,
        trim,
        allow_empty,
        from,
        try_from,
        tag,
        content,
        untagged,
        debug: _,
        bound: _,
        runtime: _,
    } = options;
    let mut refuse = |span: Option<Span>, message: &str| {
        if let Some(span) = span {
            errors.at(span, message);
        }
    };
    let is_enum = matches!(body, Body::Enum(_));
    let is_newtype = matches!(body, Body::Tuple(_));
    if let (Some(_), Some(span)) = (from.span(), try_from.span()) {
        refuse(Some(span), "`from` says already what the value is made from: keep one of the two");
    }
    if from.is_given() || try_from.is_given() {
        const MADE: &str = "this has no effect with `from` and `try_from`: the value is made from another type; put the option \
                            on that type, or remove it";
        let shape =
            [rename_all.span(), deny_unknown_fields.span(), default.span(), text.span(), trim.span(), tag.span()];
        for span in shape.into_iter().chain([
            allow_empty.span(),
            schema.span(),
            content.span(),
            untagged.span(),
            rename_all_fields.span(),
        ]) {
            refuse(span, MADE);
        }
        return;
    }
    if is_enum {
        refuse(text.span(), "`text` is for a struct whose one field is the whole secret: remove it here");
        refuse(default.span(), "an enum has no `default`: put it on the fields that have this type");
    } else {
        refuse(tag.span(), "`tag` is for enums, where the value of that key names the variant: remove it here");
        refuse(
            content.span(),
            "`content` is for enums with a `tag`, and is the key under which a variant's value stands: remove it here",
        );
        refuse(rename_all_fields.span(), "`rename_all_fields` is for enums: on a struct write `rename_all`");
        refuse(untagged.span(), "`untagged` is for enums, where the first variant that fits is taken: remove it here");
    }
    if is_enum {
        enum_options_fit(options, body, &mut refuse);
    }
    if text.is_given() {
        const TEXT: &str = "this has no effect with `text`, where the secret has no keys: remove it";
        for span in [rename_all.span(), deny_unknown_fields.span(), default.span()] {
            refuse(span, TEXT);
        }
        refuse(schema.span(), "this has no effect with `text`, where there are no keys to compare: remove it");
        return;
    }
    refuse(trim.span(), "`trim` is for plain text, and has no effect without `text`: remove it");
    refuse(allow_empty.span(), "`allow_empty` is for plain text, and has no effect without `text`: remove it");
    if is_newtype {
        const NEWTYPE: &str = "this has no effect here, where the struct is read as its one field is: remove it, or give the field a name";
        for span in [rename_all.span(), deny_unknown_fields.span(), default.span(), schema.span()] {
            refuse(span, NEWTYPE);
        }
    }
}

/// Reports enum options that conflict, or that a unit enum cannot use.
fn enum_options_fit(options: &Container, body: &Body, refuse: &mut impl FnMut(Option<Span>, &str)) {
    let Container { id, schema, stage, refresh, max_stale, rename_all, deny_unknown_fields, strict, lenient, .. } =
        options;
    let Container { validate, tag, content, untagged, .. } = options;
    if untagged.is_given() {
        refuse(tag.span(), "with `untagged` no key names the variant: keep one of the two");
        refuse(content.span(), "with `untagged` a variant's value has no key of its own: keep one of the two");
        refuse(
            rename_all.span(),
            "this has no effect with `untagged`, where the variants' names are not in the secret: remove it",
        );
    } else if !tag.is_given() {
        refuse(content.span(), "`content` needs a tag, whose value names the variant: write `tag = \"..\"` beside it");
    }
    if !tag.is_given() && has_fields(body) {
        refuse(schema.span(), "a `schema` is compared with structs and with enums that have a `tag`: remove it here");
    } else if !tag.is_given() {
        const EXACT: &str =
            "this has no effect here, where the secret must hold exactly the name of a variant: remove it";
        const NAMES: &str = "this enum is one string, and a JSON secret is an object: make it a field of a struct that has these options";
        for span in [id.span(), schema.span(), stage.span(), refresh.span(), max_stale.span()] {
            refuse(span, NAMES);
        }
        refuse(deny_unknown_fields.span(), "this has no effect on an enum whose variants have no fields: remove it");
        for span in [strict.span(), lenient.span(), validate.span()] {
            refuse(span, EXACT);
        }
    }
}

/// A macro cannot see how a dependency is renamed, so this reads the package's Cargo.toml.
pub fn runtime_is_not_renamed(item: &Ident, errors: &mut Errors) {
    let Some(package) = env::var_os("CARGO_MANIFEST_DIR") else { return };
    let Ok(manifest) = fs::read_to_string(PathBuf::from(package).join("Cargo.toml")) else { return };
    if let Some(name) = renamed(&manifest) {
        errors.at(item.span(), format!("Cargo.toml calls secrets-runtime `{name}`: write `#[secret(crate = {name})]`"));
    }
}

/// The name that a manifest gives the runtime, if it is renamed and has only that name.
fn renamed(manifest: &str) -> Option<String> {
    let own = |line: &str| {
        let name = line.trim_start_matches("[dependencies.").trim_start_matches("[dev-dependencies.");
        name.starts_with("secrets-runtime")
            || name.starts_with("secrets_runtime")
            || line == "name = \"secrets-runtime\""
    };
    let lines = manifest.lines().map(str::trim);
    if lines.clone().any(own) {
        return None;
    }
    // `name = { package = ".." }`, or `package = ".."` under `[dependencies.name]`.
    let mut table = None;
    let name = lines.into_iter().find_map(|line| {
        if line.starts_with('[') {
            table = line.trim_end_matches(']').split_once("dependencies.").map(|(_, name)| name);
        }
        let name =
            line.contains("package = \"secrets-runtime\"").then(|| line.split_once('=').map(|(name, _)| name.trim()));
        name.flatten().and_then(|name| if name == "package" { table } else { Some(name) })
    });
    let name = name?.replace('-', "_");
    syn::parse_str::<Ident>(&name).is_ok().then_some(name)
}

pub fn spec(options: &Container, generics: &Generics, errors: &mut Errors) -> Spec {
    id_is_possible(options.id.get(), errors);
    // `text` together with `schema` is already reported elsewhere.
    let has_schema = !options.text.is_given();
    let schema = has_schema.then(|| schema::read(&options.schema, options.id.get(), generics, errors)).flatten();
    stage_is_possible(options.stage.get(), errors);
    let refresh = seconds(options.refresh.get(), errors);
    let max_stale = seconds(options.max_stale.get(), errors);
    if let (Some(refresh), Some(max_stale)) = (refresh, max_stale)
        && max_stale < refresh
    {
        let message = "`max_stale` is shorter than `refresh`, so that every value would be stale before the next poll: make it longer";
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

/// The single field of a newtype.
pub fn only_field(item: &Ident, mut fields: Vec<Field>, options: &Container, errors: &mut Errors) -> Option<Field> {
    let text = options.text.span();
    if fields.len() > 1 {
        let second = fields[1].ident.as_ref().map_or_else(|| fields[1].ty.span(), Ident::span);
        let message = if text.is_some() {
            "a secret that is plain text has one field; for a JSON object with a key for each field remove `text`"
        } else {
            "a secret with several fields is an object with a key for each: give the fields names"
        };
        errors.at(second, message);
        return None;
    }
    let field = fields.pop();
    if field.is_none() {
        let message = "the struct needs a field that holds the secret: `struct ApiKey(SecretString)` with \
                       `#[secret(text)]` for plain text, or named fields for a JSON object";
        errors.at(text.unwrap_or_else(|| item.span()), message);
    }
    field
}

/// Whether any variant of an enum has fields.
pub fn has_fields(body: &Body) -> bool {
    let Body::Enum(variants) = body else { return false };
    variants.iter().any(|variant| !matches!(variant.fields, VariantFields::None))
}

/// Reports unit variants of an untagged enum, whose variants differ only by content.
pub fn every_variant_holds_something(variants: &[Variant], errors: &mut Errors) {
    for variant in variants.iter().filter(|variant| matches!(variant.fields, VariantFields::None)) {
        errors.at(
            variant.ident.span(),
            "with `untagged` every variant holds a value: remove this one; where there may be no value, make the field that \
             has the enum's type an `Option`",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn a_renamed_runtime_is_found_in_the_manifest() {
        let called = |lines: &str| renamed(&format!("[package]\nname = \"orders\"\n\n[dependencies]\n{lines}"));
        let renaming = "sr = { package = \"secrets-runtime\", version = \"0.1\" }";
        assert_eq!(called(renaming).as_deref(), Some("sr"));
        assert_eq!(
            called("my-secrets = { version = \"0.1\", package = \"secrets-runtime\" }").as_deref(),
            Some("my_secrets")
        );
        assert_eq!(
            called("[dependencies.sr]\nversion = \"0.1\"\npackage = \"secrets-runtime\"").as_deref(),
            Some("sr")
        );
        assert_eq!(called("secrets-runtime = \"0.1\"\ntokio = \"1\""), None);
        assert_eq!(called(&format!("{renaming}\nsecrets-runtime = \"0.1\"")), None, "it has both names");
        assert_eq!(called("serde = \"1\""), None, "it may come through another crate");
    }
}
