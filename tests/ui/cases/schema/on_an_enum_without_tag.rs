use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "secrets/mode.schema.json")]
enum Mode {
    On,
    Off,
}

fn main() {}
