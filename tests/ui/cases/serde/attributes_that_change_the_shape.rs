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
