use secrets_runtime::Secret;
use serde::Deserialize;

#[derive(Deserialize, Secret, Default)]
#[serde(default = "first")]
struct Login {
    user: String,
}

#[derive(Deserialize, Secret)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
enum Engine {
    Postgres { db_name: String },
    #[serde(alias = "my")]
    Mysql { db_name: String },
    #[serde(skip)]
    Other { db_name: String },
}

#[derive(Deserialize, Secret)]
#[serde(remote = "Elsewhere")]
struct Here {
    #[serde(skip_deserializing)]
    user: String,
}

struct Elsewhere {
    user: String,
}

fn first() -> Login {
    Login { user: String::new() }
}

fn main() {}

// Remedy: `#[derive(Deserialize, Secret, Default)]` becomes `#[derive(Deserialize, Secret)]\n#[secret(default)]`
// and `fn first` becomes `impl Default for Login {\n    fn default() -> Self {\n        first()\n    }\n}\n\nfn first`
// and `#[derive(Deserialize, Secret)]\n#[serde(tag` becomes `#[derive(Deserialize)]\n#[serde(tag`
// and `#[derive(Deserialize, Secret)]\n#[serde(remote` becomes `#[derive(Deserialize)]\n#[serde(remote`
// and `struct Elsewhere` becomes `#[derive(Secret)]\nstruct Whole {\n    #[secret(serde)]\n    engine: Engine,\n    #[secret(with = Here)]\n    elsewhere: Elsewhere,\n}\n\nstruct Elsewhere`
