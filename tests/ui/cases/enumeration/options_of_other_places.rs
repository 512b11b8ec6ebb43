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
