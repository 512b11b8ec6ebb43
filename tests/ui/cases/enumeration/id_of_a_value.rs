use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(id = "mode", untagged)]
enum Mode {
    Name(String),
    Port(u16),
}

fn main() {}
