//! Hints for options that do not exist or are misplaced: names that other libraries use for the same thing, and the right
//! place for each option.

/// For a name that is not an option of a struct or enum.
pub fn of_item(name: &str) -> Option<&'static str> {
    Some(match name {
        "name" | "arn" | "key" | "path" | "secret" | "secret_id" | "secret_name" | "secret_arn" => {
            "write `id = \"..\"`"
        }
        "version_stage" | "version" | "label" | "staging_label" => "write `stage = \"..\"`",
        "interval" | "ttl" | "poll" | "poll_interval" | "refresh_interval" | "reload" | "expires" | "cache" => {
            "write `refresh = \"5m\"`"
        }
        "stale" | "max_age" | "grace" => "write `max_stale = \"1h\"`",
        "case" | "naming" | "rename_fields" => "write `rename_all = \"camelCase\"`",
        "deny_unknown" | "exact" | "no_extra" => "write `deny_unknown_fields`",
        "validator" | "check" => "write `validate = path::to::function`",
        "plain" | "plaintext" | "raw" | "string" => "write `text`, for a secret that is plain text",
        "file" | "json_schema" => "write `schema = \"secrets/name.schema.json\"`",
        "region" | "profile" | "endpoint" => {
            "the source has it: AWS_REGION, AWS_PROFILE and AWS_ENDPOINT_URL of the environment; or give an ARN as `id`"
        }
        "type" | "discriminator" => "write `tag = \"..\"`",
        "transparent" => "write the struct without a name for its field: `struct Name(Type)`",
        "remote" => "read the field that has the type with `#[secret(with = module)]`",
        _ => return redaction(name).or_else(|| writing(name)),
    })
}

/// For a name that is not an option of a field.
pub fn of_field(name: &str) -> Option<&'static str> {
    Some(match name {
        "name" | "key" | "field" => "write `rename = \"..\"`",
        "regex" | "regexp" | "matches" | "format" => "write `pattern = r\"^..$\"`",
        "min" | "max" | "minimum" | "maximum" | "ge" | "le" | "gt" | "lt" | "greater" | "less" => {
            "write `range(min = 1, max = 9)` for a number, `length(min = 1, max = 9)` for the length of a text or a list"
        }
        "min_length" | "max_length" | "min_len" | "max_len" | "len" | "size" | "min_items" | "max_items"
        | "non_empty" | "not_empty" => "write `length(min = 1, max = 9)`; each end may be left out",
        "deserialize_with" | "serde_with" | "decode_with" | "decode" | "parse_with" => {
            "put the function as `deserialize` into a module and write `with = module`"
        }
        "parse" | "fromstr" | "str" => "write `from_str`",
        "base64url" | "base64_url" | "url_safe" => "write `base64(url)`",
        "b64" => "write `base64`",
        "optional" | "nullable" => "make the field's type an `Option`",
        "required" => "a field is required unless it is an `Option` or has a `default`: leave it out",
        "show" | "visible" | "expose" | "debug" | "unredacted" => "write `public`, which shows the field in `Debug`",
        "enum" | "values" | "choices" | "allowed" | "any_of" => "write `one_of(\"a\", \"b\")`",
        "validate" | "validator" | "check" => "write `custom = path::to::function`",
        "ignore" | "skip_deserializing" => "write `skip`",
        "nested" | "object" => "leave it out: a nested struct needs no option, only `#[derive(Secret)]` of its own",
        "borrow" => "leave it out: a secret is read into values that own their memory",
        _ => return redaction(name).or_else(|| writing(name)),
    })
}

/// For a name that is not an option of a variant.
pub fn of_variant(name: &str) -> Option<&'static str> {
    match name {
        "name" | "value" => Some("write `rename = \"..\"`"),
        _ => writing(name),
    }
}

fn redaction(name: &str) -> Option<&'static str> {
    let is_default = ["redact", "redacted", "secret", "sensitive", "hidden", "hide", "mask", "private"].contains(&name);
    is_default.then_some("leave it out: every field is redacted unless it is `public`")
}

fn writing(name: &str) -> Option<&'static str> {
    let is_for_writing = name == "serialize" || name.contains("serialize_") || name.contains("serializing");
    is_for_writing.then_some("leave it out: it is about writing, and a secret is only read")
}

/// For an item's option on a field.
pub fn on_a_field(name: &str) -> &'static str {
    match name {
        "tag" | "content" | "untagged" | "rename_all_fields" => {
            "belongs on an enum: put it on the enum that is the field's type"
        }
        "from" | "try_from" => {
            "belongs on the type that is made: put it on the field's type if it derives `Secret`; for another type write \
             `with = module`"
        }
        "validate" => "belongs on the struct, and judges all of it; for one field write `custom = path::to::function`",
        "rename_all" => {
            "belongs on the type whose keys it renames: the struct, for all of its keys, or this field's type, for those \
             inside; for this key alone write `rename = \"..\"`"
        }
        "text" | "trim" | "allow_empty" => {
            "belongs on a struct whose one field is the whole secret: `#[secret(text)] struct ApiKey(SecretString)`"
        }
        "id" | "schema" | "stage" | "refresh" | "max_stale" => "belongs on the struct that is the whole secret",
        _ => "belongs on the struct, for all of its fields",
    }
}

/// For a field's option on the item.
pub fn on_an_item(name: &str) -> &'static str {
    match name {
        "rename" | "alias" => {
            "belongs on a field or a variant: what it renames is a key of the secret; `rename_all` renames all of them"
        }
        "custom" => "belongs on a field; to judge the whole write `validate = path::to::function`",
        "public" => "belongs on a field: put it on each field that `Debug` may show",
        "flatten" | "skip" => "belongs on a field",
        _ => "belongs on a field: put it on the one whose value it is for",
    }
}

/// For an enum's option on a variant.
pub fn on_a_variant(name: &str) -> &'static str {
    match name {
        "rename_all" => {
            "belongs on the enum: `rename_all_fields` there renames the fields of all variants; or rename each field"
        }
        "default" => "does not go on a variant: put `default = ..` on the fields that have the enum's type",
        _ => "belongs on the enum, where it holds for all variants; a variant has only `rename`",
    }
}

/// For a field's option on a variant.
pub const A_FIELDS_ON_A_VARIANT: &str =
    "belongs on a field of the variant, in its braces or parentheses; a variant has only `rename`";
