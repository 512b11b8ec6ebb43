use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(from = "u64", rename_all = "camelCase")]
struct Id {
    value: u64,
}

fn main() {}
