use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "mode")]
enum Mode {
    A,
    B,
}

fn main() {}
