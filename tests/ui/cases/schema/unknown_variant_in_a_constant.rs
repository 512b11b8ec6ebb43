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
