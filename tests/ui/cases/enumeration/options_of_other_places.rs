use secrets_runtime::Secret;

#[derive(Secret)]
enum Engine {
    #[secret(rename_all = "camelCase")]
    Postgres { db_name: String },
    #[secret(default)]
    None,
    #[secret(length(min = 8))]
    Token(String),
    Login {
        #[secret(skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
}

fn main() {}

// Remedy: `    #[secret(rename_all = "camelCase")]\n` becomes nothing
// and `db_name` becomes `#[secret(rename = "dbName")] db_name`
// and `    #[secret(default)]\n` becomes nothing
// and `    #[secret(length(min = 8))]\n    Token(` becomes `    Token(#[secret(length(min = 8))] `
// and `        #[secret(skip_serializing_if = "Option::is_none")]\n` becomes nothing
