//! The descriptor: what a program's binary says about the secrets that its types declare.
//!
//! `secrets-descriptor/1 `, the decimal length of the JSON in bytes, a line end, the JSON object, a line end. Entries stand in
//! a section of their own, in any order and with anything between them.

use super::Shape;
use super::writer::{Descriptions, Writer};
use crate::secret::{Format, SecretSpec};

/// What precedes the length of each entry's JSON.
const MAGIC: &str = "secrets-descriptor/1 ";

/// What an entry says.
#[derive(Debug, Clone, Copy)]
#[doc(hidden)]
pub struct Descriptor {
    /// As declared, placeholders and all.
    pub id: &'static str,
    /// The type's path: `orders::db::OrdersDb`.
    pub type_path: &'static str,
    /// The package that declares it, and its version.
    pub package: &'static str,
    pub version: &'static str,
    /// The schema's file, relative to the package.
    pub schema: Option<&'static str>,
    pub spec: SecretSpec,
    pub shape: Shape,
}

/// How much of an entry is written before its length is known: more than most have.
const DRAFT: usize = 8192;

/// The JSON of an entry, and its length, which may be more than there is room for.
#[derive(Debug)]
#[doc(hidden)]
pub struct Draft {
    json: [u8; DRAFT],
    length: usize,
}

impl Draft {
    /// How many bytes the entry has.
    #[must_use]
    pub const fn entry_length(&self) -> usize {
        let mut counter = Writer::new(&mut []);
        heading(self.length, &mut counter);
        counter.length() + self.length + 1
    }

    /// The entry, which has [this length](Self::entry_length).
    #[must_use]
    pub const fn entry<const N: usize>(&self, of: &Descriptor) -> [u8; N] {
        let mut bytes = [0; N];
        let mut writer = Writer::new(&mut bytes);
        heading(self.length, &mut writer);
        if self.length <= DRAFT {
            writer.quote(self.json.split_at(self.length).0);
        } else {
            of.object(&mut writer);
        }
        writer.put("\n");
        bytes
    }
}

impl Descriptor {
    /// Its JSON object. Compilers interpret this at length, and mostly once.
    #[must_use]
    pub const fn draft(&self) -> Draft {
        let mut json = [0; DRAFT];
        let mut writer = Writer::new(&mut json);
        self.object(&mut writer);
        let length = writer.length();
        Draft { json, length }
    }

    const fn object(&self, writer: &mut Writer<'_>) {
        let Self { id, type_path, package, version, schema, spec, shape } = self;
        writer.open(b'{');
        writer.text_member("id", id);
        writer.text_member("type", type_path);
        writer.text_member("package", package);
        writer.text_member("version", version);
        if let Some(path) = schema {
            writer.text_member("schema", path);
        } else {
            writer.member("schema");
            writer.put("null");
        }
        writer.text_member("stage", spec.stage());
        writer.text_member(
            "format",
            match spec.format() {
                Format::Json => "json",
                Format::Text(_) => "text",
            },
        );
        writer.member("json_schema");
        writer.document(shape, Descriptions::LeftOut);
        writer.close(b'}');
    }
}

const fn heading(json: usize, writer: &mut Writer<'_>) {
    writer.put(MAGIC);
    writer.integer(json as i128);
    writer.put("\n");
}

/// Puts the descriptor of a type into the binary.
///
/// Where the linker lets go of what nobody refers to, `#[used]` keeps it. The section is read as data, so that stripping
/// symbols leaves it alone. Its names on Apple's systems and on Windows are untested.
#[doc(hidden)]
#[macro_export]
macro_rules! __descriptor {
    ($type:ty, $name:literal, $schema:expr) => {
        const _: () = {
            // Not a constant: compilers would validate all that it leads to.
            const fn __descriptor() -> $crate::__private::Descriptor {
                $crate::__private::Descriptor {
                    id: <$type as $crate::__private::NamedSecret>::ID,
                    type_path: ::core::concat!(::core::module_path!(), "::", $name),
                    package: ::core::env!("CARGO_PKG_NAME"),
                    version: ::core::env!("CARGO_PKG_VERSION"),
                    schema: $schema,
                    spec: <$type as $crate::__private::Secret>::SPEC,
                    shape: <$type as $crate::__private::SecretValue>::SHAPE,
                }
            }
            const __DRAFT: &$crate::__private::Draft = &__descriptor().draft();
            #[used]
            #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,secrets_rs"))]
            #[cfg_attr(windows, unsafe(link_section = ".scrtrs"))]
            #[cfg_attr(not(any(target_vendor = "apple", windows)), unsafe(link_section = "secrets_rs"))]
            static __ENTRY: [u8; __DRAFT.entry_length()] = __DRAFT.entry(&__descriptor());
        };
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{FieldShape, ObjectShape};

    const DESCRIPTOR: Descriptor = Descriptor {
        id: "{APP_ENV}/db",
        type_path: "orders::Db",
        package: "orders",
        version: "1.2.3",
        schema: Some("secrets/\"db\".json"),
        spec: SecretSpec::new("Db").staged("AWSPREVIOUS"),
        shape: Shape::Object(&ObjectShape {
            name: "Db",
            description: "Says nothing to tools.",
            fields: &[FieldShape {
                keys: &["user"],
                description: "Nor does this.",
                shape: Shape::String,
                ..FieldShape::PLAIN
            }],
            ..ObjectShape::EMPTY
        }),
    };

    #[test]
    fn an_entry_can_be_made_at_compile_time() {
        const DRAFT: Draft = DESCRIPTOR.draft();
        const ENTRY: [u8; DRAFT.entry_length()] = DRAFT.entry(&DESCRIPTOR);
        let json = concat!(
            r#"{"id":"{APP_ENV}/db","type":"orders::Db","package":"orders","version":"1.2.3","#,
            r#""schema":"secrets/\"db\".json","stage":"AWSPREVIOUS","format":"json","json_schema":{"#,
            r#""$schema":"https://json-schema.org/draft/2020-12/schema","title":"Db","type":"object","#,
            r#""properties":{"user":{"writeOnly":true,"type":"string"}},"required":["user"],"allOf":[true]}}"#,
        );
        let entry = format!("secrets-descriptor/1 {}\n{json}\n", json.len());
        assert_eq!(std::str::from_utf8(&ENTRY), Ok(entry.as_str()));
    }

    #[test]
    fn a_plain_text_without_a_schema_file_says_so() {
        let text = Descriptor { schema: None, spec: SecretSpec::new("Key").text(), shape: Shape::String, ..DESCRIPTOR };
        let Draft { json, length } = text.draft();
        let json = std::str::from_utf8(&json[..length]).expect("made of strings");
        assert!(json.contains(r#","schema":null,"stage":"AWSCURRENT","format":"text","json_schema":{"#), "{json}");
    }

    #[test]
    fn what_a_draft_cannot_hold_is_in_the_entry() {
        static FIELDS: [FieldShape; 200] =
            [FieldShape { keys: &["one_of_many"], shape: Shape::Integer { min: 0, max: 65535 }, ..FieldShape::PLAIN };
                200];
        const SHAPE: Shape = Shape::Object(&ObjectShape { fields: &FIELDS, ..ObjectShape::EMPTY });
        const LARGE: Descriptor = Descriptor { shape: SHAPE, ..DESCRIPTOR };
        const LENGTH: usize = LARGE.draft().entry_length();
        let draft = LARGE.draft();
        assert!(draft.length > super::DRAFT);
        let entry: [u8; LENGTH] = draft.entry(&LARGE);
        let entry = std::str::from_utf8(&entry).expect("made of strings");
        let json = entry.strip_prefix(&format!("secrets-descriptor/1 {}\n", draft.length)).expect("a heading");
        assert_eq!(json.matches(r#""one_of_many":{"#).count(), 200);
        assert!(json.ends_with("\"allOf\":[true]}}\n"), "{json}");
    }
}
