use secrets_runtime::Secret;

#[derive(Secret)]
#[secret(schema = "cases/schema/unknown_variant_in_a_constant.json")]
struct Db {
    mode: Option<Mode>,
}

#[derive(Secret)]
enum Mode {
    On,
    Off,
}

fn main() {}

// Remedy: `    On,` becomes `    #[secret(rename = "on")]\n    On,`
