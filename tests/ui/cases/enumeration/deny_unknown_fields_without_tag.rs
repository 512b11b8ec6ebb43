use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(deny_unknown_fields)]
enum Mode {
    A,
    B,
}

fn main() {}
