//! Rules about fields, individually and together.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use secrets_shape::shape::Coercion;
use syn::spanned::Spanned;
use syn::{LitStr, Type};

use super::rules::{self, literal_default_obeys};
use super::{Default, Field, Object, Reading, Skipped, key_of, serde};
use crate::ast;
use crate::attr::{self, Codec};
use crate::case::Case;
use crate::errors::Errors;

/// The item's options that apply to all of its fields.
pub struct Inherited<'a> {
    pub item: &'a Ident,
    pub case: Option<Case>,
    pub has_default: bool,
    pub coercion: Coercion,
}

impl Inherited<'_> {
    pub fn object(&self, all: Vec<ast::Field>, options: &attr::Container, errors: &mut Errors) -> Object {
        let (mut fields, mut skipped) = (Vec::new(), Vec::new());
        for field in all {
            if field.options.skip.is_given() {
                skipped.extend(self.skipped(field, errors));
            } else {
                fields.push(self.field(field, true, errors));
            }
        }
        keys_are_unique(&fields, errors);
        Object { fields, skipped, denies_unknown: options.deny_unknown_fields.is_given() }
    }

    fn field(&self, field: ast::Field, has_key: bool, errors: &mut Errors) -> Field {
        let ast::Field { ident, ty, description, options, serde } = field;
        flatten_stands_alone(&options, errors);
        let key = ident.as_ref().filter(|_| !options.flatten.is_given());
        let key = key.map(|ident| key_of(&options.rename, ident, self.case));
        let keys: Vec<LitStr> = key.into_iter().chain(options.alias.iter().cloned()).collect();
        let texts: Vec<String> = keys.iter().map(LitStr::value).collect();
        serde::field(&serde, &options, has_key.then_some(&texts), errors);
        let attr::Field { rename: _, alias: _, default, flatten, skip: _, codecs, public, strict, lenient, rules } =
            options;
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
        if matches!(reading, Reading::OfType | Reading::Flattened | Reading::Codec(Codec::Json)) {
            names_not_itself(&ty, self.item, errors);
        }
        let rules = rules::check(rules, errors);
        literal_default_obeys(default.as_ref(), &rules, errors);
        Field {
            keys,
            reading,
            default,
            coercion: coercion(&strict, &lenient, self.coercion, errors),
            is_public: public.is_given(),
            rules,
            description,
            ident,
            ty,
        }
    }

    /// The single field of a newtype.
    pub fn newtype_field(&self, field: ast::Field, is_text: bool, errors: &mut Errors) -> Field {
        let attr::Field { rename, alias, default, flatten, skip, public, .. } = &field.options;
        let keys = alias.iter().map(LitStr::span);
        let options = [rename.span(), default.span(), flatten.span(), skip.span()].into_iter().flatten();
        for span in options.chain(keys) {
            let message = if is_text {
                "this has no effect with `text`, where the field is the whole secret: remove it"
            } else {
                "this has no effect here, where the field has no key of its own: remove it"
            };
            errors.at(span, message);
        }
        if let (true, Some(span)) = (is_text, public.span()) {
            errors.at(span, "a secret that is plain text is all secret: remove `public`");
        }
        self.field(field, false, errors)
    }

    /// The value that a variant of a tagged enum holds: under the key of `content`, or its keys next to the tag.
    pub fn variant_field(&self, field: ast::Field, content: Option<&LitStr>, errors: &mut Errors) -> Field {
        let field = self.newtype_field(field, false, errors);
        if let Some(key) = content {
            return Field { keys: vec![key.clone()], ..field };
        }
        if let Reading::Codec(_) = field.reading {
            let message = "a variant's keys stand beside the tag, and this field is one value: give it a name, `Variant { name: Type }`; or \
                 put `content = \"..\"` on the enum, under whose key the value of every variant then stands";
            errors.at(field.ty.span(), message);
        }
        Field { reading: Reading::Flattened, ..field }
    }

    fn skipped(&self, field: ast::Field, errors: &mut Errors) -> Option<Skipped> {
        let ast::Field { ident, ty, description: _, options, serde: _ } = field;
        let attr::Field { rename, alias, default, flatten, skip: _, codecs, public, strict, lenient, rules } = options;
        let keyed = [rename.span(), flatten.span(), strict.span(), lenient.span()].into_iter().flatten();
        let keyed = keyed.chain(alias.iter().map(LitStr::span)).chain(codecs.iter().map(|(name, _)| name.span()));
        for span in keyed.chain(rules::spans(&rules)) {
            errors.at(span, "this has no effect with `skip`, which does not read the field: keep one of the two");
        }
        let default = match default.take() {
            Some(attr::Default::Expr(value)) => Some(Default::Value(value)),
            Some(attr::Default::Trait) => Some(Default::OfType),
            None => self.has_default.then_some(Default::OfContainer),
        };
        Some(Skipped { ident: ident?, ty, default, is_public: public.is_given() })
    }
}

/// How strings are coerced: by the field's option, else by the item's.
pub fn coercion(
    strict: &attr::Given<()>,
    lenient: &attr::Given<()>,
    inherited: Coercion,
    errors: &mut Errors,
) -> Coercion {
    match (strict.span(), lenient.span()) {
        (Some(_), Some(span)) => {
            errors.at(span, "`strict` reads no string as a number and `lenient` reads many: keep one of the two");
            inherited
        }
        (Some(_), None) => Coercion::None,
        (None, Some(_)) => Coercion::Lenient,
        (None, None) => inherited,
    }
}

/// Reports a field of the item's own type: a shape is constant data, which cannot contain itself.
fn names_not_itself(ty: &Type, item: &Ident, errors: &mut Errors) {
    if let Some(span) = span_of_itself(ty.to_token_stream(), item) {
        errors.at(
            span,
            format!(
                "`{item}` contains itself, and the type of a secret cannot be recursive: derive serde's `Deserialize` for the \
                 recursive part and read it with `#[secret(serde)]`; `#[secret(..)]` inside it has no effect then"
            ),
        );
    }
}

fn span_of_itself(tokens: TokenStream, item: &Ident) -> Option<Span> {
    let mut is_path = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if *ident == "Self" || (ident == item && !is_path) => return Some(ident.span()),
            TokenTree::Group(group) => {
                if let Some(span) = span_of_itself(group.stream(), item) {
                    return Some(span);
                }
            }
            _ => {}
        }
        // `other::Db` may be a different type with the same name.
        is_path = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':');
    }
    None
}

/// Reports a second codec.
fn one_codec(codecs: &[(Ident, Codec)], errors: &mut Errors) -> Option<Codec> {
    if let [(first, _), (second, _), ..] = codecs {
        let message = if first == second {
            format!("`{second}` is given twice; keep one")
        } else {
            format!("`{first}` says already how the field is read: keep one of the two")
        };
        errors.at(second.span(), message);
    }
    codecs.first().map(|(_, codec)| codec.clone())
}

/// Reports options that need a key, which a flattened field does not have.
fn flatten_stands_alone(options: &attr::Field, errors: &mut Errors) {
    let attr::Field { rename, alias, default, flatten, codecs, .. } = options;
    if !flatten.is_given() {
        return;
    }
    let own = [rename.span(), default.span()].into_iter().flatten();
    for span in own.chain(alias.iter().map(LitStr::span)).chain(codecs.iter().map(|(name, _)| name.span())) {
        errors
            .at(span, "this has no effect with `flatten`, where the field has no key of its own: keep one of the two");
    }
}

/// Reports fields that read the same key.
fn keys_are_unique(fields: &[Field], errors: &mut Errors) {
    let mut readers: HashMap<String, (&Field, bool)> = HashMap::new();
    for field in fields {
        for (at, key) in field.keys.iter().enumerate() {
            let (text, is_alias) = (key.value(), at > 0);
            let Some((reader, read_as_alias)) = readers.insert(text.clone(), (field, is_alias)) else { continue };
            let [name, own] =
                [reader, field].map(|field| field.ident.as_ref().map(ToString::to_string).unwrap_or_default());
            let whose = if is_alias { "this alias".to_owned() } else { format!("`{own}`") };
            let of_reader = if read_as_alias { "as an alias already" } else { "already" };
            let remedy = match (is_alias, read_as_alias) {
                (true, _) => "remove this alias".to_owned(),
                (false, true) => format!("remove that alias, or give `{own}` another key with `rename`"),
                (false, false) => format!("give `{name}` or `{own}` another key with `rename`"),
            };
            errors
                .at(key.span(), format!("the key of {whose} is {text:?}, which `{name}` reads {of_reader}: {remedy}"));
        }
    }
}

/// Reports a field whose key is the tag's.
pub fn no_key_is_the_tag(fields: &[Field], tag: &LitStr, errors: &mut Errors) {
    for key in fields.iter().flat_map(|field| &field.keys).filter(|key| key.value() == tag.value()) {
        let message = format!(
            "{:?} is the enum's tag, which no field can read: remove the field, since the variant says what the tag says, or \
             give it another key with `rename`",
            tag.value()
        );
        errors.at(key.span(), message);
    }
}
