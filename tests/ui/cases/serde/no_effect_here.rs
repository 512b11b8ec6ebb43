use std::collections::BTreeMap;

use secrets_runtime::Secret;
use serde::Deserialize;

// None of these says anything that is not said.
#[derive(Deserialize, Secret)]
#[serde(untagged, rename_all = "camelCase")]
#[secret(untagged)]
enum Either {
    Text(String),
}

#[derive(Deserialize, Secret)]
#[serde(deny_unknown_fields)]
enum Mode {
    A,
}

#[derive(Deserialize, Secret)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Port(#[serde(default)] u16);

#[derive(Deserialize, Secret)]
#[secret(id = "db")]
struct Db {
    #[serde(flatten, default)]
    #[secret(flatten)]
    rest: BTreeMap<String, String>,
    // The only error.
    #[serde(rename = "HOST")]
    host: String,
}

fn main() {}

// Remedy: `    host` becomes `    #[secret(rename = "HOST")]\n    host`
