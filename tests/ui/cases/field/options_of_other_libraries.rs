use secrets_runtime::Secret;

#[derive(Secret)]
struct Db {
    #[secret(name = "user")]
    username: String,
    #[secret(regex = "^[a-z]+$")]
    host: String,
    #[secret(min = 1)]
    port: u16,
    #[secret(max_length = 64)]
    region: String,
    #[secret(deserialize_with = module::deserialize)]
    level: u8,
    #[secret(parse)]
    address: std::net::IpAddr,
    #[secret(base64url)]
    key: Vec<u8>,
    #[secret(optional)]
    token: String,
    #[secret(required)]
    path: String,
    #[secret(redact)]
    password: String,
    #[secret(visible)]
    zone: String,
    #[secret(values("a", "b"))]
    mode: String,
    #[secret(validate = judge)]
    other: String,
    #[secret(skip_deserializing)]
    cached: u8,
    #[secret(nested)]
    inner: Inner,
    #[secret(each(public))]
    names: Vec<String>,
    #[secret(public = false)]
    secret: String,
    #[secret(public = true)]
    shown: String,
    #[secret(public("yes"))]
    seen: String,
    #[secret(tag = "kind")]
    engine: Inner,
    #[secret(rename_all = "camelCase")]
    nested: Inner,
    #[secret(try_from = "u64")]
    even: u64,
    #[secret(text)]
    raw: String,
}

#[derive(Secret)]
struct Inner {
    a: u8,
}

mod module {
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(_: D) -> Result<u8, D::Error> {
        Ok(1)
    }
}

fn judge(_: &str) -> Result<(), &'static str> {
    Ok(())
}

fn main() {}

// Remedy: `name = "user"` becomes `rename = "user"`
// and `regex = ` becomes `pattern = `
// and `min = 1` becomes `range(min = 1)`
// and `max_length = 64` becomes `length(max = 64)`
// and `deserialize_with = module::deserialize` becomes `with = module`
// and `(parse)` becomes `(from_str)`
// and `base64url` becomes `base64(url)`
// and `    #[secret(optional)]\n    token: String` becomes `    token: Option<String>`
// and `    #[secret(required)]\n` becomes nothing
// and `    #[secret(redact)]\n` becomes nothing
// and `visible` becomes `public`
// and `values(` becomes `one_of(`
// and `validate = ` becomes `custom = `
// and `skip_deserializing` becomes `skip`
// and `    #[secret(nested)]\n` becomes nothing
// and `each(public)` becomes `public`
// and `    #[secret(public = false)]\n` becomes nothing
// and `public = true` becomes `public`
// and `public("yes")` becomes `public`
// and `    #[secret(tag = "kind")]\n` becomes nothing
// and `    #[secret(rename_all = "camelCase")]\n    nested` becomes `    #[secret(rename = "Nested")]\n    nested`
// and `    #[secret(try_from = "u64")]\n` becomes nothing
// and `    #[secret(text)]\n` becomes nothing
