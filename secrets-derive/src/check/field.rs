//! Rules about fields, alone and among each other.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::LitStr;

use super::rules::{self, literal_default_obeys};
use super::{Default, Field, Object, Reading, Skipped, key};
use crate::ast;
use crate::attr::{self, Codec};
use crate::case::Case;
use crate::errors::Errors;

/// What the item says for all of its fields.
pub struct Inherited {
    pub case: Option<Case>,
    pub has_default: bool,
    pub is_strict: bool,
}

impl Inherited {
    pub fn object(&self, all: Vec<ast::Field>, options: &attr::Container, errors: &mut Errors) -> Object {
        let (mut fields, mut skipped) = (Vec::new(), Vec::new());
        for field in all {
            if field.options.skip.is_given() {
                skipped.extend(self.skipped(field, errors));
            } else {
                fields.push(self.field(field, errors));
            }
        }
        keys_are_unique(&fields, errors);
        Object { fields, skipped, denies_unknown: options.deny_unknown_fields.is_given() }
    }

    fn field(&self, field: ast::Field, errors: &mut Errors) -> Field {
        let ast::Field { ident, ty, description, options } = field;
        flatten_stands_alone(&options, errors);
        let attr::Field { rename, alias, default, flatten, skip: _, codecs, public, strict, rules } = options;
        let default = match default.take() {
            Some(attr::Default::Trait) => Some(Default::OfType),
            Some(attr::Default::Expr(value)) => Some(Default::Value(value)),
            None => (self.has_default && !flatten.is_given()).then_some(Default::OfContainer),
        };
        let codec = one_codec(&codecs, errors);
        let reading = match (flatten.is_given(), codec) {
            (true, _) => Reading::Flattened,
            (false, Some(codec)) => Reading::Codec(codec),
            (false, None) => Reading::OfType,
        };
        let key = ident.as_ref().filter(|_| reading != Reading::Flattened).map(|ident| key(rename, ident, self.case));
        let rules = rules::check(rules, errors);
        literal_default_obeys(default.as_ref(), &rules, errors);
        Field {
            keys: key.into_iter().chain(alias).collect(),
            reading,
            default,
            is_strict: self.is_strict || strict.is_given(),
            is_public: public.is_given(),
            rules,
            description,
            ident,
            ty,
        }
    }

    /// The field of a struct that is plain text.
    pub fn newtype_field(&self, field: ast::Field, errors: &mut Errors) -> Field {
        let attr::Field { rename, alias, default, flatten, skip, .. } = &field.options;
        let keys = alias.iter().map(LitStr::span);
        let options = [rename.span(), default.span(), flatten.span(), skip.span()].into_iter().flatten();
        for span in options.chain(keys) {
            errors.at(span, "this has no effect with `text`: the field is the whole secret");
        }
        self.field(field, errors)
    }

    fn skipped(&self, field: ast::Field, errors: &mut Errors) -> Option<Skipped> {
        let ast::Field { ident, ty, description: _, options } = field;
        let attr::Field { rename, alias, default, flatten, skip: _, codecs, public, strict, rules } = options;
        let keyed = [rename.span(), flatten.span(), strict.span()].into_iter().flatten();
        let keyed = keyed.chain(alias.iter().map(LitStr::span)).chain(codecs.iter().map(|(name, _)| name.span()));
        for span in keyed.chain(rules::spans(&rules)) {
            errors.at(span, "this has no effect with `skip`: the secret does not hold the field");
        }
        let default = match default.take() {
            Some(attr::Default::Expr(value)) => Some(Default::Value(value)),
            Some(attr::Default::Trait) => Some(Default::OfType),
            None => self.has_default.then_some(Default::OfContainer),
        };
        Some(Skipped { ident: ident?, ty, default, is_public: public.is_given() })
    }
}

/// A value is read in one way.
fn one_codec(codecs: &[(Ident, Codec)], errors: &mut Errors) -> Option<Codec> {
    if let [(first, codec), (second, other), ..] = codecs {
        let message = if codec == other {
            format!("`{second}` is given twice; keep one")
        } else {
            format!("the field is read with `{first}` already; keep one of the two")
        };
        errors.at(second.span(), message);
    }
    codecs.first().map(|(_, codec)| *codec)
}

/// What is flattened has no key of its own.
fn flatten_stands_alone(options: &attr::Field, errors: &mut Errors) {
    let attr::Field { rename, alias, default, flatten, skip: _, codecs, public: _, strict: _, rules: _ } = options;
    if !flatten.is_given() {
        return;
    }
    let own = [rename.span(), default.span()].into_iter().flatten();
    for span in own.chain(alias.iter().map(LitStr::span)).chain(codecs.iter().map(|(name, _)| name.span())) {
        errors.at(span, "this has no effect with `flatten`: the field's keys are the object's own");
    }
}

/// Two fields cannot read one key.
fn keys_are_unique(fields: &[Field], errors: &mut Errors) {
    let mut readers: HashMap<String, &Option<Ident>> = HashMap::new();
    for field in fields {
        for key in &field.keys {
            let text = key.value();
            let Some(reader) = readers.insert(text.clone(), &field.ident) else { continue };
            let name = reader.as_ref().map(ToString::to_string).unwrap_or_default();
            let message = if *reader == field.ident {
                format!("`{name}` reads the key {text:?} already; remove this alias")
            } else {
                format!("`{name}` reads the key {text:?} already; give one of them another key with `rename`")
            };
            errors.at(key.span(), message);
        }
    }
}

/// The tag is read before the fields.
pub fn no_key_is_the_tag(fields: &[Field], tag: &LitStr, errors: &mut Errors) {
    for key in fields.iter().flat_map(|field| &field.keys).filter(|key| key.value() == tag.value()) {
        errors.at(key.span(), format!("{:?} is the enum's tag; no field can read it", tag.value()));
    }
}
