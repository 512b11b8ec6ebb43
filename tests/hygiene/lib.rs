//! Derived code under every lint, without a prelude, next to names that shadow the standard ones. The test is that it compiles.

#![no_implicit_prelude]
#![deny(warnings, clippy::pedantic, missing_docs, missing_debug_implementations, unused)]
#![forbid(unsafe_code)]

/// Public documented items, as in a library.
pub mod public {
    use ::secrets_runtime::{Secret, SecretString};
    use ::std::collections::BTreeMap;
    use ::std::string::String;
    use ::std::vec::Vec;

    /// A struct with a bit of everything.
    #[derive(Secret)]
    #[secret(id = "{APP_ENV}/everything", default, validate = judge, deny_unknown_fields, refresh = "5m")]
    pub struct Everything {
        /// Text.
        #[secret(length(1..=64), pattern = "^.", one_of("a", "b"), custom = judge_text, alias = "t")]
        pub text: String,
        /// A number.
        #[secret(public, range(1..=9), default = 5)]
        pub number: u8,
        /// Bytes.
        #[secret(base64, length(max = 9))]
        pub bytes: Vec<u8>,
        /// An address.
        #[secret(from_str)]
        pub address: ::std::option::Option<::std::net::IpAddr>,
        /// Anything.
        #[secret(serde)]
        pub anything: ::std::option::Option<u8>,
        /// A document.
        #[secret(json)]
        pub document: ::std::option::Option<Inner>,
        /// A list.
        #[secret(each(length(min = 1), custom = judge_text))]
        pub list: Vec<String>,
        /// Not in the secret.
        #[secret(skip)]
        pub skipped: u8,
        /// Keys of its own.
        #[secret(flatten)]
        pub inner: Inner,
    }

    impl ::std::default::Default for Everything {
        fn default() -> Self {
            Self {
                text: ::std::convert::From::from("a"),
                number: 1,
                bytes: Vec::new(),
                address: ::std::option::Option::None,
                anything: ::std::option::Option::None,
                document: ::std::option::Option::None,
                list: Vec::new(),
                skipped: 0,
                inner: Inner { r#type: ::std::option::Option::None, map: BTreeMap::new() },
            }
        }
    }

    fn judge(everything: &Everything) -> ::std::result::Result<(), &'static str> {
        if everything.number > 0 {
            ::std::result::Result::Ok(())
        } else {
            ::std::result::Result::Err("a number")
        }
    }

    fn judge_text(text: &str) -> ::std::result::Result<(), &'static str> {
        if text.is_empty() {
            ::std::result::Result::Err("a text")
        } else {
            ::std::result::Result::Ok(())
        }
    }

    /// A struct inside another.
    #[derive(Secret)]
    pub struct Inner {
        /// A keyword.
        pub r#type: ::std::option::Option<SecretString>,
        /// A map.
        pub map: BTreeMap<String, ::std::option::Option<bool>>,
    }

    /// Plain text.
    #[derive(Secret)]
    #[secret(text, trim = false, allow_empty)]
    pub struct Text(#[secret(length(min = 1))] pub SecretString);

    /// Names.
    #[derive(Secret)]
    #[secret(rename_all = "lowercase")]
    pub enum Names {
        /// One.
        One,
        /// Another.
        Two,
    }

    /// Told apart by a tag.
    #[derive(Secret)]
    #[secret(tag = "kind")]
    pub enum Tagged {
        /// With fields.
        With {
            /// A field.
            #[secret(range(min = 1), public)]
            number: u64,
        },
        /// Without.
        Without,
    }

    /// With type, lifetime-free and constant parameters.
    #[derive(Secret)]
    pub struct Generic<T, const N: usize>
    where
        T: ::std::clone::Clone,
    {
        /// Of any type.
        #[secret(public)]
        pub any: T,
        /// Many of them.
        pub many: Vec<T>,
        /// As many bytes.
        #[secret(hex)]
        pub bytes: [u8; N],
    }
}

/// Names that shadow the standard ones.
#[allow(dead_code, non_snake_case, non_upper_case_globals, reason = "they are there to be in the way")]
mod shadowed {
    use ::secrets_runtime::Secret;

    struct Option;
    struct Result;
    struct String;
    struct Vec;
    struct Box;
    struct Self_;
    trait Default {}
    trait From {}
    trait Debug {}
    const fn Some() {}
    const fn Ok() {}
    const fn Err() {}
    const None: () = ();
    mod core {}
    mod std {}
    mod secrets_runtime {}

    #[derive(Secret)]
    #[secret(deny_unknown_fields)]
    struct Shadowed {
        #[secret(default = 5, range(min = 1))]
        number: u8,
        #[secret(length(min = 1), pattern = "^a")]
        text: ::std::string::String,
        __json: bool,
        __report: bool,
        __value: bool,
    }

    #[derive(Secret)]
    enum Shadow {
        Some,
        None,
        Ok,
    }
}

/// Derives inside functions and macros.
#[allow(dead_code, reason = "compiled, not called")]
fn inside() {
    use ::secrets_runtime::Secret;

    macro_rules! define {
        ($name:ident, $field:ident: $ty:ty, $number:literal) => {
            #[derive(Secret)]
            struct $name {
                #[secret(range(min = $number))]
                $field: $ty,
                #[secret(default, each(range(max = $number)))]
                list: ::std::vec::Vec<$ty>,
                #[secret(custom = own)]
                custom: $ty,
            }

            #[allow(clippy::trivially_copy_pass_by_ref, reason = "what `custom` takes")]
            fn own(_: &$ty) -> ::std::result::Result<(), &'static str> {
                ::std::result::Result::Ok(())
            }
        };
    }

    define!(Defined, number: u8, 5);
}
