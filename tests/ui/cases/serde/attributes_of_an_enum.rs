use secrets_runtime::Secret;
use serde::Deserialize;

#[derive(Deserialize, Secret)]
#[serde(tag = "engine", content = "settings")]
enum Engine {
    #[serde(rename = "pg")]
    Postgres,
    #[serde(other)]
    Other,
}

fn main() {}
