use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(text, rename_all = "camelCase")]
struct Key(String);

fn main() {}
