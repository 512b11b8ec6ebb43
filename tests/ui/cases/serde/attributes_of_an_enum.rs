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

// Remedy: `, Secret)` becomes `)`
// and `fn main` becomes `#[derive(Secret)]\nstruct Db {\n    #[secret(serde)]\n    engine: Engine,\n}\n\nfn main`
