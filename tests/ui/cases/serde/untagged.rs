use secrets_runtime::Secret;
use serde::Deserialize;

#[derive(Deserialize, Secret)]
#[serde(untagged)]
enum Engine {
    Postgres { host: String },
    Port(u16),
}

fn main() {}

// Remedy: `#[serde(untagged)]` becomes `#[serde(untagged)]\n#[secret(untagged)]`
