use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(name = "db", ttl = "5m", deny_unknown, case = "camelCase", redact, plaintext = false, region = "eu-central-1")]
#[secret(refresh = 300, max_stale = 1)]
#[secret(rename = "db", custom = judge, public, flatten, from_str, serialize_with = "f")]
struct Db {
    user_name: String,
}

fn judge(_: &Db) -> Result<(), &'static str> {
    Ok(())
}

fn main() {}

// Remedy: `(name = ` becomes `(id = `
// and `ttl = "5m", deny_unknown, case` becomes `deny_unknown_fields, rename_all`
// and `, redact, plaintext = false, region = "eu-central-1"` becomes nothing
// and `refresh = 300` becomes `refresh = "300s"`
// and `max_stale = 1` becomes `max_stale = "1000s"`
// and `(rename = "db", custom = judge, public, flatten, from_str, serialize_with = "f"` becomes `(validate = judge`
