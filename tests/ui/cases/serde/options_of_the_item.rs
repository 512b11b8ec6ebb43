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
