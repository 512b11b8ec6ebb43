use secrets_runtime::Secret;
use serde::Deserialize;

#[derive(Deserialize, Secret)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Db {
    #[serde(rename(deserialize = "user"))]
    user_name: String,
    #[serde(alias = "pw", default)]
    password: String,
    #[serde(skip)]
    cached: u8,
    #[serde(default = "five")]
    tries: u8,
    #[serde(with = "level")]
    level: u8,
    #[serde(deserialize_with = "level::deserialize")]
    other: u8,
}

fn five() -> u8 {
    5
}

mod level {
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(_: D) -> Result<u8, D::Error> {
        Ok(1)
    }
}

fn main() {}

// Remedy: `deny_unknown_fields)]\n` becomes `deny_unknown_fields)]\n#[secret(rename_all = "camelCase", deny_unknown_fields)]\n`
// and `    user_name` becomes `    #[secret(rename = "user")]\n    user_name`
// and `    password` becomes `    #[secret(alias = "pw", default)]\n    password`
// and `    cached` becomes `    #[secret(skip)]\n    cached`
// and `    tries` becomes `    #[secret(default = five())]\n    tries`
// and `    level: u8` becomes `    #[secret(with = "level")]\n    level: u8`
// and `    other` becomes `    #[secret(with = level)]\n    other`
