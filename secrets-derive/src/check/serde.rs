//! Reports serde attributes whose effect on the shape must also be declared in `#[secret(..)]`.

use super::container::has_fields;
use crate::ast::Body;
use crate::attr::{Container, Field, Foreign, Variant};
use crate::errors::Errors;

/// Checks the attributes of the item.
pub fn container(foreign: &[Foreign], options: &Container, body: &Body, errors: &mut Errors) {
    let is_enum = matches!(body, Body::Enum(_));
    let is_value = matches!(body, Body::Tuple(_)) || options.text.is_given();
    // These serde options decide which others matter.
    let serde_has = |name: &str| foreign.iter().any(|option| option.name == name);
    let is_made = options.from.is_given() || options.try_from.is_given() || serde_has("from") || serde_has("try_from");
    let is_untagged = options.untagged.is_given() || serde_has("untagged");
    for option in foreign {
        let is_said = match option.name.as_str() {
            // These have no effect on what is read here.
            "rename_all" | "rename_all_fields" | "deny_unknown_fields" | "default" if is_value || is_made => true,
            "rename_all" if is_untagged => true,
            "deny_unknown_fields" if is_enum && !has_fields(body) => true,
            "rename_all" => options.rename_all.is_given(),
            "deny_unknown_fields" => options.deny_unknown_fields.is_given(),
            "default" if option.value.is_some() && !options.default.is_given() => {
                let function = option.value.as_ref().map(syn::LitStr::value).unwrap_or_default();
                let remedy = format!(
                    "write `#[secret(default)]` as well, and have `Default` of the struct return what `{function}()` returns"
                );
                refuse(option, &remedy, errors);
                true
            }
            "default" => options.default.is_given(),
            // On a struct, serde's `tag` affects only serializing.
            "tag" => options.tag.is_given() || !is_enum,
            "from" => options.from.is_given(),
            "try_from" => options.try_from.is_given(),
            "rename_all_fields" => options.rename_all_fields.is_given(),
            "content" => options.content.is_given(),
            "untagged" => options.untagged.is_given(),
            "transparent" if is_value => true,
            "transparent" => {
                refuse(option, "write the struct without a name for its field: `struct Name(Type)`", errors);
                true
            }
            "remote" => {
                let remedy = "remove `Secret` from this item, and read a field of the remote type with `#[secret(with = ..)]`, which \
                              takes this item's path";
                refuse(option, remedy, errors);
                true
            }
            // The rest does not affect deserializing.
            _ => true,
        };
        say(option, is_said, errors);
    }
}

/// Checks the attributes of a field. `keys` is `None` for a value without a name.
pub fn field(foreign: &[Foreign], options: &Field, keys: Option<&Vec<String>>, errors: &mut Errors) {
    // These serde options decide which others matter.
    let serde_has = |name: &str| foreign.iter().any(|option| option.name == name);
    let is_skipped = options.skip.is_given() || serde_has("skip") || serde_has("skip_deserializing");
    let is_flattened = options.flatten.is_given() || serde_has("flatten");
    for option in foreign {
        let has_key = |option: &Foreign| {
            option.value.as_ref().zip(keys).is_some_and(|(value, keys)| keys.contains(&value.value()))
        };
        let is_said = match option.name.as_str() {
            // A value without a name has no key.
            "rename" | "alias" | "default" if keys.is_none() => true,
            "rename" | "alias" | "with" | "deserialize_with" | "borrow" if is_skipped => true,
            "rename" | "alias" | "default" if is_flattened => true,
            "rename" => options.rename.is_given() || has_key(option),
            "alias" => has_key(option),
            "default" if options.default.is_given() => true,
            "default" => {
                let value = option.value.as_ref().map(|path| format!(" = {}()", path.value())).unwrap_or_default();
                refuse(option, &format!("write `#[secret(default{value})]` as well"), errors);
                true
            }
            "flatten" => options.flatten.is_given(),
            "skip" => options.skip.is_given(),
            "skip_deserializing" if options.skip.is_given() => true,
            "skip_deserializing" => {
                refuse(option, "write `#[secret(skip)]`", errors);
                true
            }
            "with" => !options.codecs.is_empty(),
            "deserialize_with" if !options.codecs.is_empty() => true,
            "deserialize_with" => {
                refuse(
                    option,
                    "put the function as `deserialize` into a module and write `#[secret(with = module)]`",
                    errors,
                );
                true
            }
            "borrow" => {
                refuse(
                    option,
                    "a secret is read into values that own their memory: remove the attribute, and make the field a `String` or a \
                     `SecretString`",
                    errors,
                );
                true
            }
            _ => true,
        };
        say(option, is_said, errors);
    }
}

/// Checks the attributes of a variant.
pub fn variant(foreign: &[Foreign], options: &Variant, name: &str, errors: &mut Errors) {
    for option in foreign {
        let is_said = match option.name.as_str() {
            "rename" => options.rename.is_given() || option.value.as_ref().is_some_and(|value| value.value() == name),
            "alias" | "other" | "rename_all" | "skip" | "skip_deserializing" | "with" | "deserialize_with"
            | "untagged" => {
                let remedy = "remove `Secret` from this enum, and read the field that has it with `#[secret(serde)]`";
                refuse(option, remedy, errors);
                true
            }
            _ => true,
        };
        say(option, is_said, errors);
    }
}

fn say(option: &Foreign, is_said: bool, errors: &mut Errors) {
    if !is_said {
        let name = &option.name;
        let value = option.value.as_ref().map(|value| format!(" = {:?}", value.value())).unwrap_or_default();
        refuse(option, &format!("write `#[secret({name}{value})]` as well"), errors);
    }
}

fn refuse(option: &Foreign, remedy: &str, errors: &mut Errors) {
    errors.at(option.span, format!("`Secret` does not read serde's `{}`: {remedy}", option.name));
}
