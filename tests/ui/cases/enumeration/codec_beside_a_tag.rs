use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(tag = "engine")]
enum Mode {
    Postgres(#[secret(hex)] Vec<u8>),
}

fn main() {}
