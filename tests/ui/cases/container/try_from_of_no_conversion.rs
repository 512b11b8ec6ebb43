use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(try_from = "u64")]
struct Id {
    value: u64,
}

fn main() {}
