use std::collections::BTreeMap;

use secrets_runtime::Secret;
use serde::Deserialize;

#[derive(Deserialize, Secret)]
#[serde(rename = "db")]
struct Db {
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

#[derive(Deserialize, Secret)]
#[serde(try_from = "u64")]
struct Even(u64);

#[derive(Deserialize, Secret)]
#[serde(from = "String")]
struct Word(String);

impl TryFrom<u64> for Even {
    type Error = &'static str;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        Ok(Self(number))
    }
}

impl From<String> for Word {
    fn from(word: String) -> Self {
        Self(word)
    }
}

fn main() {}

// Remedy: `#[serde(flatten)]` becomes `#[serde(flatten)]\n    #[secret(flatten)]`
// and `#[serde(try_from = "u64")]` becomes `#[serde(try_from = "u64")]\n#[secret(try_from = "u64")]`
// and `#[serde(from = "String")]` becomes `#[serde(from = "String")]\n#[secret(from = "String")]`
