use secrets_runtime::Secret;
use serde::Deserialize;

#[derive(Deserialize, Secret)]
#[serde(transparent)]
struct Key {
    key: String,
}

#[derive(Deserialize, Secret)]
struct Login<'a> {
    #[serde(borrow)]
    user: &'a str,
    #[serde(deserialize_with = "level::deserialize")]
    level: u8,
}

mod level {
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(_: D) -> Result<u8, D::Error> {
        Ok(1)
    }
}

fn main() {}

// Remedy: `#[serde(transparent)]\n` becomes nothing
// and `struct Key {\n    key: String,\n}` becomes `struct Key(String);`
// and `<'a>` becomes nothing
// and `    #[serde(borrow)]\n` becomes nothing
// and `&'a str` becomes `String`
// and `    level: u8` becomes `    #[secret(with = level)]\n    level: u8`
