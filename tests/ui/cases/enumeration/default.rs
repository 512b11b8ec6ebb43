use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(default)]
enum Mode {
    A,
    B,
}

fn main() {}
